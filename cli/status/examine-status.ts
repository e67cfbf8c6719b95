import { type Composition, createHandler } from '../../handlers/update.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import { ownerOf, reportOrphans } from '../names/orphans.ts';
import { type ListedZone, listZones } from '../names/zones.ts';
import { contextOf } from '../report.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { NOT_ASKED, type Resolve } from './resolve.ts';
import { recordStatus, type StatusReport } from './status.ts';

/** Milliseconds for the whole, all retries against a throttled Route 53 included. */
const TIME = 60_000;

/** Looks at how records stand: by a plan, the zones as they are, and a resolver. Nothing is written. */
export async function examineStatus(
  asked: Asked,
  resolve: Resolve,
  outside: Pick<Composition, 'route53'> = {},
): Promise<StatusReport> {
  const composition = { ...compositionOf(asked), ...outside };
  const handler = createHandler({ ...composition, log: () => undefined, wholeResult: true });
  const [report, listing] = await Promise.all([
    handler({ action: 'plan' }, contextOf(TIME)),
    listZones(asked.settings, composition, AbortSignal.timeout(TIME)),
  ]);
  const records = await Promise.all(
    report.records.map(async (record) => {
      const resolved = isEmpty(record, listing.zones) ? NOT_ASKED : await resolve(record.name, record.type);
      return recordStatus(record, listing.zones, resolved);
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
