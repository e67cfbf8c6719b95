import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Flip } from './fleet.ts';
import { NAME, SERVICE } from './fleet.ts';
import { COMMON_ENV } from './function-process.ts';
import { ended, type RunningStandIns } from './stand-ins.ts';

/** A process that answers each news of Consul with one signed request to Route 53, and does nothing else. */
export interface BareClient {
  readonly pid: number;
  /** When it had the answer of Consul that came after a flip, on the shared clock; `undefined` while it has not. */
  answered(flip: Flip): number | undefined;
  close(): Promise<void>;
}

/** @param node the Node that runs it, the function's own. */
export function startBareClient(
  node: string,
  standIns: RunningStandIns,
  { consul, zoneId }: { readonly consul: string; readonly zoneId: string },
): BareClient {
  const child = fork(fileURLToPath(new URL('./programs/bare.mjs', import.meta.url)), {
    execPath: node,
    execArgv: [],
    env: {
      ...COMMON_ENV,
      ...{ CONSUL: consul, ROUTE53: standIns.route53, NODE_EXTRA_CA_CERTS: standIns.certificate },
      ...{ SERVICE, NAME, ZONE_ID: zoneId },
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answers: number[] = [];
  child.on('message', ({ answered }: { answered: number }) => void answers.push(answered));
  return {
    pid: child.pid ?? 0,
    answered: ({ at }) => answers.find((answered) => answered >= at),
    close: () => ended(child),
  };
}
