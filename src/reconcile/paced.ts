import type { Decision } from '../plan/decide.ts';

/**
 * A decision whose change waited for Route 53's limits until the time was over: that is no failure, as the next invocation
 * goes on, and nobody has to do anything.
 */
export function paced(decision: Decision): Decision {
  return {
    ...decision,
    requests: [],
    verdict: {
      decision: 'hold',
      reason: 'paced',
      message:
        "there is more to change than Route 53's limits allow at once, and the time of this invocation is over",
    },
  };
}

/** The same where it failed for want of time alone; any other decision as it is. */
export function pacedIfOutOfTime(decision: Decision): Decision {
  const { verdict } = decision;
  return verdict.decision === 'fail' && verdict.reason === 'deadline' ? paced(decision) : decision;
}
