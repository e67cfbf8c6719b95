import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import { isClaimed, ownSets, valuesOf } from './oracle.ts';
import { describe, type World } from './world.ts';

/** What happened during a run, as seen from outside. */
interface Seen {
  /** Change requests of ours that Route 53 accepted. */
  readonly accepted: number;
  /** Whether somebody else wrote to the zone. */
  readonly interfered: boolean;
}

/** Holds a report against what is in the zone and what reached it. @throws Error where it is not true. */
export function checkReport(world: World, report: RunReport, seen: Seen): void {
  const untruth = untruthOf(world, report, seen);
  if (untruth) {
    const zone = describe(world.zone.recordSets());
    throw new Error(`${untruth}; ${seen.accepted} accepted, zone ${zone}, report ${JSON.stringify(report)}`);
  }
}

function untruthOf(world: World, report: RunReport, { accepted, interfered }: Seen): string | undefined {
  const changes = report.records.flatMap((record) => record.changes);
  if (report.action === 'plan') return accepted > 0 ? 'a plan changed something' : undefined;
  if (changes.length > 0 && accepted === 0) return 'changes are reported that nobody accepted';
  // Where Route 53 gave no answer nobody can know, and the report says so.
  const unsure = report.records.some(({ published }) => published === null);
  // What only says whose the name is, is no change of an address; the pass that made it tells of it.
  const isNoted = report.passes.some(({ changed }) => changed.length > 0);
  if (accepted > 0 && changes.length === 0 && !isNoted && !unsure)
    return 'a change was accepted that is not reported';
  if (report.outcome === 'changed' && accepted === 0) return 'the outcome is a change that nobody accepted';
  if (interfered) return undefined;
  for (const type of ['A', 'AAAA'] as const) {
    const line = report.records.find((record) => record.type === type);
    if (line?.published === null || (!line && unsure)) continue;
    const own = ownSets(world.facts, world.zone.recordSets()).filter((set) => set.type === type);
    // Addresses, not sets: a stranger's hand may have given two of ours the same one.
    const there = [...new Set(valuesOf(own))];
    if (told(line) !== there.sort().join() && !(told(line) === '' && mayBeForeign(world, report, type)))
      return `the report says ${told(line) || 'no'} ${type} addresses, the zone has ${there.join() || 'none'}`;
  }
  return undefined;
}

const told = (line: RecordReport | undefined) => [...(line?.published ?? [])].sort().join();

/**
 * Whether a simple set need not be told of as ours: at a name of which nothing says that it is; or, where this run has
 * just said so, in a family in which nothing is desired, while there is in the other.
 */
function mayBeForeign({ facts, zone }: World, { records }: RunReport, type: RecordReport['type']): boolean {
  const desired = (own: boolean) =>
    records.filter((record) => (record.type === type) === own).flatMap((record) => record.desired ?? []);
  if (facts.setting.routing !== 'simple') return false;
  return !isClaimed(zone.recordSets()) || (desired(true).length === 0 && desired(false).length > 0);
}
