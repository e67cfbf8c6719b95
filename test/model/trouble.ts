import fc from 'fast-check';
import type { Fault as ConsulFault } from '../../emulators/consul/consul-faults.ts';
import type { FaultKind, Fault as Route53Fault } from '../../emulators/route53/server.ts';
import { NODES, type NodeName, type PendingFault } from './facts.ts';
import type { World } from './world.ts';

/** One of each kind, and its variants. The record type makes a new kind a compile error until it is listed. */
export const CONSUL_FAULTS: Readonly<Record<ConsulFault['kind'], readonly ConsulFault[]>> = {
  down: [{ kind: 'down' }],
  status: [
    { kind: 'status', status: 500, body: 'rpc error: EOF' },
    { kind: 'status', status: 403, body: 'Permission denied' },
    { kind: 'status', status: 429, body: 'Too many requests' },
  ],
  html: [{ kind: 'html' }],
  'other-json': [{ kind: 'other-json' }, { kind: 'other-json', body: [] }],
  cut: [{ kind: 'cut' }],
  hang: [{ kind: 'hang' }],
  slow: [
    { kind: 'slow', ms: 20 },
    { kind: 'slow', ms: 2_000 },
  ],
  'no-leader': [
    { kind: 'no-leader', how: 'error' },
    { kind: 'no-leader', how: 'header' },
  ],
  stale: [{ kind: 'stale', lastContact: 60_000 }],
  'acl-filtered': [
    { kind: 'acl-filtered' },
    { kind: 'acl-filtered', keep: 1 },
    { kind: 'acl-filtered', keep: 1, silent: true },
    { kind: 'acl-filtered', silent: true },
  ],
  'default-deny': [
    { kind: 'default-deny', token: 'x' },
    { kind: 'default-deny', token: 'x', silent: true },
  ],
  'index-reset': [
    { kind: 'index-reset', index: 0 },
    { kind: 'index-reset', index: 1 },
  ],
  streaming: [
    { kind: 'streaming' },
    { kind: 'streaming', near: 'refused' },
    { kind: 'streaming', near: 'ignored', silent: true },
    { kind: 'streaming', near: 'ignored', empty: true },
  ],
  empty: [{ kind: 'empty' }],
};

const ROUTE53_FAULTS: Readonly<Record<FaultKind, true>> = {
  throttling: true,
  'prior-request': true,
  'internal-error': true,
  'service-unavailable': true,
  'access-denied': true,
  'expired-token': true,
  reset: true,
  'lost-answer': true,
  hang: true,
  'invalid-change-batch': true,
  'no-such-zone': true,
};

const runs = fc.integer({ min: 1, max: 2 });
const consulKinds = Object.keys(CONSUL_FAULTS) as ConsulFault['kind'][];
const somewhere = fc.option(fc.constantFrom(...NODES.map(({ name }) => name)), { nil: undefined });

/** A fault of Consul, of any kind but those named, on one agent or on all. */
export function consulFault(
  except: readonly ConsulFault['kind'][] = [],
): fc.Arbitrary<{ readonly fault: ConsulFault; readonly node?: NodeName }> {
  const kinds = consulKinds.filter((kind) => !except.includes(kind));
  const fault = fc.constantFrom(...kinds).chain((kind) => fc.constantFrom(...CONSUL_FAULTS[kind]));
  return fc.tuple(fault, somewhere).map(([what, node]) => ({ fault: what, ...(node && { node }) }));
}

/** A fault of Route 53 on one operation or on all, for some requests or for all of the run. */
const route53Fault: fc.Arbitrary<Route53Fault> = fc.record({
  kind: fc.constantFrom(...(Object.keys(ROUTE53_FAULTS) as FaultKind[])),
  operation: fc.constantFrom(
    'any' as const,
    'ListResourceRecordSets' as const,
    'ChangeResourceRecordSets' as const,
    'ChangeResourceRecordSets' as const,
  ),
  times: fc.constantFrom(1, 1, 2, 3, 5, Number.POSITIVE_INFINITY),
});

export const pendingConsulFault: fc.Arbitrary<PendingFault> = fc
  .tuple(consulFault(), runs)
  .map(([fault, lasting]) => ({ on: 'consul', ...fault, runs: lasting }));
export const quickConsulFault: fc.Arbitrary<PendingFault> = fc
  .tuple(consulFault(['hang', 'slow']), runs)
  .map(([fault, lasting]) => ({ on: 'consul', ...fault, runs: lasting }));
export const pendingRoute53Fault: fc.Arbitrary<PendingFault> = fc
  .tuple(route53Fault, runs)
  .map(([fault, lasting]) => ({ on: 'route53', fault, runs: lasting }));

export function describeTrouble(trouble: PendingFault): string {
  const length = trouble.runs === 1 ? 'the next run' : `the next ${trouble.runs} runs`;
  if (trouble.on === 'consul') {
    return `Consul ${JSON.stringify(trouble.fault)} on ${trouble.node ?? 'all agents'} for ${length}`;
  }
  const { kind, operation, times } = trouble.fault;
  return `Route 53 ${kind} of ${operation} ${times} times in ${length}`;
}

/** Lets the pending faults strike. @returns what ends them, and what is to come after this run. */
export async function beginTrouble(world: World): Promise<() => Promise<void>> {
  const { facts, route53, zone } = world;
  const faults = facts.pending;
  const ends = faults.map((pending) =>
    pending.on === 'route53'
      ? route53.faults.add({ ...pending.fault, when: ({ zoneId }) => zoneId === zone.id })
      : undefined,
  );
  for (const pending of faults) {
    if (pending.on === 'consul') await world.setConsulFault(pending.fault, pending.node);
  }
  return async () => {
    for (const end of ends) end?.();
    await world.clearConsulFaults();
    facts.pending = faults
      .filter(({ runs: left }) => left > 1)
      .map((fault) => ({ ...fault, runs: fault.runs - 1 }));
  };
}

/** Whether a run could wait on Route 53 for as long as it is given. */
export function isLasting(fault: PendingFault): boolean {
  return fault.on === 'route53' && (fault.fault.kind === 'hang' || (fault.fault.times ?? 0) > 3);
}

/** Whether a run could wait on Consul for as long as it is given. */
export function isSilent(fault: PendingFault): boolean {
  return fault.on === 'consul' && (fault.fault.kind === 'hang' || fault.fault.kind === 'slow');
}

/** Whether no agent gives an answer that may be believed: then nothing may change. */
export function mustHold(faults: readonly PendingFault[]): boolean {
  const consul = faults.filter((fault) => fault.on === 'consul');
  // Of one kind an agent has the last one only; where there are several, it may be the milder one.
  const isAlone = ({ fault }: { fault: ConsulFault }) =>
    consul.filter((other) => other.fault.kind === fault.kind).length === 1;
  return consul.some((each) => !each.node && isAlone(each) && isUnbelievable(each.fault));
}

function isUnbelievable(fault: ConsulFault): boolean {
  switch (fault.kind) {
    case 'slow':
      return fault.ms > 1_000;
    case 'other-json':
      return fault.body === undefined;
    case 'acl-filtered':
    case 'default-deny':
      return !fault.silent;
    case 'index-reset':
    case 'empty':
    // It tells that something has changed; what, a plain read tells, which no stream answers.
    case 'streaming':
      return false;
    // Without a default, so that a new kind is a compile error until it is judged.
    case 'down':
    case 'status':
    case 'html':
    case 'cut':
    case 'hang':
    case 'no-leader':
    case 'stale':
      return true;
  }
}
