import type { AgentApi } from '../../emulators/consul/agent-api.ts';
import type { Reason } from '../../src/plan/reasons.ts';
import { SERVICE } from './stage.ts';

/** One thing that happens in Consul, and what must follow from it. */
export interface Step {
  readonly title: string;
  act(agents: readonly [AgentApi, AgentApi]): Promise<void>;
  readonly expected: Expectation;
}

export interface Expectation {
  /** The A records that DNS answers with, sorted. */
  readonly addresses: readonly string[];
  /** What the function must say of the record, where it is not enough that DNS answers as it should. */
  readonly report?: { readonly reason: Reason; readonly naming: string };
}

/** The TTL check of an instance; its ID is the same on each node, as it would be with one configuration for all. */
export const CHECK_ID = 'rdsproxy-ready';

const ONE = '10.0.1.11';
const TWO = '10.0.2.11';
const ROGUE = '169.254.169.254';

/** The ID of the service at an address that must not be published. */
export const STRANGER_ID = 'stranger';

/** What `npm start` shows, in order; each step begins where the one before has ended. */
export const STEPS: readonly Step[] = [
  {
    title: 'two nodes register as healthy',
    async act([first, second]) {
      await Promise.all([register(first, ONE), register(second, TWO)]);
    },
    expected: { addresses: [ONE, TWO] },
  },
  {
    title: `node-1 (${ONE}) fails its check`,
    act: ([first]) => first.setStatus(CHECK_ID, 'critical', 'no replica answers'),
    expected: { addresses: [TWO] },
  },
  {
    title: `node-2 (${TWO}) fails too: held`,
    act: ([, second]) => second.setStatus(CHECK_ID, 'critical', 'no replica answers'),
    expected: { addresses: [TWO], report: { reason: 'no-healthy-instances', naming: SERVICE } },
  },
  {
    title: 'node-1 is healthy again',
    act: ([first]) => first.setStatus(CHECK_ID, 'passing'),
    expected: { addresses: [ONE] },
  },
  {
    title: 'node-2 is healthy again',
    act: ([, second]) => second.setStatus(CHECK_ID, 'passing'),
    expected: { addresses: [ONE, TWO] },
  },
  {
    title: 'node-2 goes into maintenance mode',
    act: ([, second]) => second.nodeMaintenance(true, 'kernel update'),
    expected: { addresses: [ONE] },
  },
  {
    title: 'node-2 comes back from it',
    act: ([, second]) => second.nodeMaintenance(false),
    expected: { addresses: [ONE, TWO] },
  },
  {
    title: `a stranger registers ${ROGUE}: left out`,
    act: ([first]) => first.register({ Name: SERVICE, ID: STRANGER_ID, Address: ROGUE, Port: 3306 }),
    expected: { addresses: [ONE, TWO], report: { reason: 'address-not-allowed', naming: ROGUE } },
  },
];

function register(agent: AgentApi, address: string): Promise<void> {
  return agent.register({
    Name: SERVICE,
    ID: SERVICE,
    Address: address,
    Port: 3306,
    // It is never renewed, and must last as long as the stack runs.
    Check: { CheckID: CHECK_ID, Name: 'A replica answers', TTL: '240h', Status: 'passing' },
  });
}
