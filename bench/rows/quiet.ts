import { until } from '../../emulators/until.ts';
import type { Bench } from '../part.ts';
import { onManyNames } from '../parts/deployed.ts';
import type { Weight } from '../parts/function-process.ts';
import type { Calls } from '../parts/protocol.ts';
import { startStandIns } from '../parts/stand-ins.ts';

/** What one record costs, of calls and of memory. */
export interface Quiet {
  /** The first run of a new record, in a new process. */
  readonly first: Calls;
  /** One failover in an open window. */
  readonly failover: Calls;
  /** A window of a process that was there already, in which nothing changed. */
  readonly quiet: Calls;
  /** How long it was, in seconds. */
  readonly seconds: number;
  /** Bytes, at the end of all that. */
  readonly weight: Weight;
}

/** As deployed. */
const WINDOW_SECONDS = 75;

/** One process, as Lambda keeps it: a first run, a failover in a window, and a window in which nothing happens. */
export async function measureQuiet(bench: Bench): Promise<Quiet> {
  const seconds = bench.quick ? 12 : WINDOW_SECONDS;
  const standIns = await startStandIns(bench, { throttle: false });
  try {
    await standIns.registerServices({ services: 1, nodes: 2 });
    const zoneId = await standIns.createZone({ others: 0, names: 1 });
    const process = onManyNames(bench, standIns, zoneId, { others: 0, names: 1 })(seconds);
    try {
      const changes: number[] = [];
      standIns.onBatch(({ at }) => void changes.push(at));
      const window = () => process.invoke((seconds + 5) * 1_000);

      const opening = window();
      opening.catch(() => undefined);
      await until(async () => changes.length === 1 && (await standIns.heldQueries()) > 0, {
        what: 'the first run',
      });
      const first = await standIns.takeCalls();
      await standIns.setStatus({ service: 0, node: 0 }, 'critical');
      await until(() => changes.length === 2, { what: 'the failover' });
      const failover = await standIns.takeCalls();
      process.endWindow();
      await opening;

      await standIns.takeCalls();
      await window();
      const quiet = await standIns.takeCalls();
      return { first, failover, quiet, seconds, weight: await process.weigh() };
    } finally {
      await process.close();
    }
  } finally {
    await standIns.close();
  }
}
