import { type Composition, createHandler } from '../../handlers/update.ts';
import { ownerOf, reportOrphans } from '../names/orphans.ts';
import { listZones } from '../names/zones.ts';
import { contextOf } from '../report.ts';
import { type Asked, compositionOf } from '../stage.ts';
import type { Resolve } from './resolve.ts';
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
    report.records.map(async (record) =>
      recordStatus(record, listing.zones, await resolve(record.name, record.type)),
    ),
  );
  const { stage } = asked;
  return { action: 'status', stage, owner: ownerOf(asked), records, ...reportOrphans(asked, listing) };
}
