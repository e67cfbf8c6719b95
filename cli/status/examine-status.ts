import { processClock } from '../../handlers/process-clock.ts';
import { type Composition, createHandler } from '../../handlers/update.ts';
import type { Clock } from '../../src/ports.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import { advised } from '../advice.ts';
import { ownerOf, reportOrphans } from '../names/orphans.ts';
import { type ListedZone, listZones } from '../names/zones.ts';
import { contextOf } from '../report.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { followsWithin, lookAgain } from './look-again.ts';
import { NOT_ASKED, type Resolve } from './resolve.ts';
import { recordStatus, type StatusReport } from './status.ts';

/** Milliseconds for the whole, all retries against a throttled Route 53 included. */
const TIME = 60_000;

/**
 * Looks at how records stand: by a plan, the zones as they are, and a resolver. Where something is pending, it looks again,
 * since a function that runs makes it so in a moment. Nothing is written.
 */
export async function examineStatus(
  asked: Asked,
  resolve: Resolve,
  outside: Pick<Composition, 'route53'> = {},
  clock: Pick<Clock, 'now' | 'sleep'> = processClock,
): Promise<StatusReport> {
  const composition = { ...compositionOf(asked), ...outside };
  const handler = createHandler({ ...composition, log: () => undefined, wholeResult: true });
  const plan = (): Promise<RunReport> => handler({ action: 'plan' }, contextOf(TIME));
  const list = () => listZones(asked.settings, composition, AbortSignal.timeout(TIME));
  const [first, listed] = await Promise.all([plan(), list()]);
  const within = followsWithin(asked.settings.watchSeconds);
  const { report, overdue } = await lookAgain(first, plan, within, clock);
  const listing = report === first ? listed : await list();
  const records = await Promise.all(
    report.records.map(async (record) => {
      const resolved = isEmpty(record, listing.zones) ? NOT_ASKED : await resolve(record.name, record.type);
      return recordStatus(advised(record, asked), listing.zones, resolved, overdue);
    }),
  );
  const { stage } = asked;
  return { action: 'status', stage, owner: ownerOf(asked), records, ...reportOrphans(asked, listing) };
}

/** Whether nothing at a record's name can answer for its type, by what was listed. */
function isEmpty({ zoneId, name, type }: RecordReport, zones: readonly ListedZone[]): boolean {
  const listed = zones.find(({ zone }) => zone.id === zoneId);
  return listed !== undefined && !listed.sets.get(name)?.some((set) => [type, 'CNAME'].includes(set.type));
}
