import { until } from '../../emulators/until.ts';
import { sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { startBareClient } from './bare-client.ts';
import { startConsulTemplate } from './consul-template.ts';
import type { CpuShare } from './cpu-share.ts';
import { startDeployed } from './deployed.ts';
import { type Fleet, type Flip, NAME, SERVICE } from './fleet.ts';
import type { RunningStandIns } from './stand-ins.ts';
import { type Witness, witnessAny, witnessHosts, witnessZone } from './witness.ts';

/** Somebody who follows health flips, and rests while others have their turn, so that none takes another's CPU. */
export interface Follower {
  begin(): Promise<void>;
  rest(): Promise<void>;
  /** When what a flip means had arrived, on the shared clock; `undefined` while it has not. */
  arrival(flip: Flip): number | undefined;
  close(): Promise<void>;
}

/** Where they all are. */
export interface Scene {
  readonly bench: Bench;
  readonly fleet: Fleet;
  readonly standIns: RunningStandIns;
}

/** A process that others start and stop, and that does not know of it. */
function stoppable(pid: number, witness: Witness, close: () => Promise<void>): Follower {
  process.kill(pid, 'SIGSTOP');
  return {
    begin: async () => void process.kill(pid, 'SIGCONT'),
    rest: async () => void process.kill(pid, 'SIGSTOP'),
    arrival: witness.arrival,
    async close() {
      witness.close();
      await close();
    },
  };
}

/** The floor: a bare process. @returns also when it had Consul's answer. */
export async function bareFollower({ bench, fleet, standIns }: Scene) {
  const zoneId = await standIns.createZone({ others: 0, names: 0 });
  const witness = witnessAny(standIns, zoneId);
  const client = startBareClient(bench.node, standIns, { consul: fleet.agents[0] ?? '', zoneId });
  return { ...stoppable(client.pid, witness, client.close), answered: client.answered };
}

export async function consulTemplateFollower(bin: string, { fleet }: Scene): Promise<Follower> {
  const template = await startConsulTemplate(bin, {
    consul: fleet.agents[0] ?? '',
    service: SERVICE,
    name: NAME,
  });
  return stoppable(template.pid, witnessHosts(template), template.close);
}

/** Milliseconds that an invocation has, and half of it that its window is open at most. */
const TIME = 120_000;

/**
 * The function, with a window for each turn. It is initialised with a whole processor. All is published before its first
 * turn: a check that fails before that leaves no change to see.
 *
 * @param group what it has from its first invocation on.
 */
export async function functionFollower(
  { bench, fleet, standIns }: Scene,
  group: CpuShare | undefined,
): Promise<Follower> {
  const zoneId = await standIns.createZone({ others: 0, names: 0 });
  const witness = witnessZone(standIns, zoneId);
  const deployed = startDeployed(bench, standIns, {
    ...{ zoneId, records: [{ service: SERVICE, name: NAME }], consul: fleet.agents.join() },
    watchSeconds: TIME / 2_000,
  });
  await deployed.loaded;
  group?.take(deployed.pid);
  let run: Promise<unknown> | undefined;
  let isPublished = false;
  const stop = standIns.onBatch((batch) => {
    isPublished ||= batch.zoneId === zoneId;
  });
  const follower: Follower = {
    async begin() {
      run = deployed.invoke(TIME).then(({ outcome, error }) => {
        if (outcome === 'failed' || outcome === 'threw')
          throw new Error(`an invocation came to ${outcome}: ${error}`);
      });
      // Looked at when the window ends, if it comes to that.
      run.catch(() => undefined);
    },
    async rest() {
      deployed.endWindow();
      await run;
    },
    arrival: witness.arrival,
    async close() {
      witness.close();
      await deployed.close();
      group?.remove();
    },
  };
  await follower.begin();
  await until(() => isPublished, { within: MOST, what: 'the first pass' });
  stop();
  await follower.rest();
  return follower;
}

/** Milliseconds between two flips. */
export interface Pause {
  readonly least: number;
  readonly spread: number;
}

/** The first flips of a turn find whoever follows them still opening, and code that nobody has run yet. */
const UNMEASURED = 4;

/** Milliseconds within which a flip must have arrived. */
const MOST = 20_000;

/**
 * Milliseconds that a flip is waited for that is not measured: an instance that recovered while its follower rested, and
 * fails before that has looked again, leaves nothing to see.
 */
const PATIENCE = 3_000;

/** Lets one follower have its turn. @returns each flip, and when it had arrived. */
export async function takeTurn(
  fleet: Fleet,
  follower: Follower,
  { flips, pause }: { readonly flips: number; readonly pause: Pause },
): Promise<readonly { readonly flip: Flip; readonly arrived: number }[]> {
  const seen: { flip: Flip; arrived: number }[] = [];
  await follower.begin();
  for (let count = -UNMEASURED; count < flips; count++) {
    await sleep(pause.least + Math.random() * pause.spread);
    const flip = await fleet.flip();
    const arrival = (within: number) =>
      until(() => follower.arrival(flip), { every: 2, within, what: 'a flip' });
    if (count < 0) await arrival(PATIENCE).catch(() => undefined);
    else seen.push({ flip, arrived: await arrival(MOST) });
  }
  await follower.rest();
  return seen;
}
