import type { RecordReport, RunReport } from '../../src/report.ts';
import { isUnclaimed, ownSets, valuesOf } from './oracle.ts';
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
  if (accepted > 0 && changes.length === 0 && !unsure) return 'a change was accepted that is not reported';
  if (report.outcome === 'changed' && accepted === 0) return 'the outcome is a change that nobody accepted';
  if (interfered) return undefined;
  for (const type of ['A', 'AAAA'] as const) {
    const line = report.records.find((record) => record.type === type);
    if (line?.published === null || (!line && unsure)) continue;
    const there = publishedAs(world, type);
    const told = [...(line?.published ?? [])].sort();
    if (!there.some((addresses) => addresses.join() === told.join()))
      return `the report says ${told.join() || 'no'} ${type} addresses, the zone has ${there[0]?.join()}`;
  }
  return undefined;
}

/** What a truthful report may call published. A simple set that may be somebody else's need not be told of. */
function publishedAs(world: World, type: RecordReport['type']): readonly (readonly string[])[] {
  const own = ownSets(world.facts, world.zone.recordSets()).filter((set) => set.type === type);
  const claimed = own.filter((set) => !isUnclaimed(world.facts, set));
  return [own, claimed].map((sets) => [...valuesOf(sets)].sort());
}
