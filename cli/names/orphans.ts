import { pathOfStage, StageError } from '../../deploy/stage-file.ts';
import type { Paint } from '../paint.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { type KeptName, keptNames, keyOf, orphansIn } from './kept-names.ts';
import { namesInStages } from './stage-names.ts';
import { type ListedZone, type Listing, listZones } from './zones.ts';

/** A name that this deployment still keeps and that no stage has, as a report tells of it. */
export type Orphan = Pick<KeptName, 'zoneId' | 'name' | 'service' | 'published'>;

/** The owner that the settings speak for. */
export const ownerOf = ({ settings }: Pick<Asked, 'settings'>): string => settings.records[0]?.owner ?? '';

/** The names in these zones that the owner keeps. */
export function keptIn(asked: Pick<Asked, 'settings'>, zones: readonly ListedZone[]): readonly KeptName[] {
  return zones.flatMap(({ zone, sets }) => keptNames(zone.id, sets, ownerOf(asked), asked.settings.records));
}

/**
 * The names that somebody wants, by `keyOf`, each with where that is written: these settings, or the file of any stage.
 *
 * @throws StageError if the file of a stage cannot be read.
 */
export function wantedNames(
  { settings, stage }: Pick<Asked, 'settings' | 'stage'>,
  inStages = namesInStages(),
): ReadonlyMap<string, string> {
  const path = stage === undefined ? 'RECORDS' : pathOfStage(stage);
  return new Map([...inStages, ...settings.records.map((record) => [keyOf(record), path] as const)]);
}

/** What a report tells of orphans. */
export interface OrphanReport {
  readonly orphans: readonly Orphan[];
  /** Why they could not be looked for everywhere. */
  readonly problems: readonly string[];
}

/** Looks for orphans in what was listed. */
export function reportOrphans(
  asked: Pick<Asked, 'settings' | 'stage'>,
  { zones, problems }: Listing,
): OrphanReport {
  try {
    const orphans = orphansIn(keptIn(asked, zones), wantedNames(asked)).map(
      ({ zoneId, name, service, published }): Orphan => ({ zoneId, name, service, published }),
    );
    return { orphans, problems };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { orphans: [], problems: [...problems, error.message] };
  }
}

/** Tells of orphans, a line each, and of the command that removes them. */
export function renderOrphans(
  { orphans, problems }: OrphanReport,
  { stage }: Pick<Asked, 'stage'>,
  paint: Paint,
): readonly string[] {
  const lines = [
    ...orphans.map(({ name, service, published }) =>
      paint.yellow(
        `orphan ${name} (${service}): ${published.join(', ') || 'no address'}; no stage has it, and it is kept as it is`,
      ),
    ),
    ...(orphans.length > 0
      ? [
          `  do  If nobody needs ${orphans.length === 1 ? 'it' : 'them'} any more: npm run prune -- --stage ${stage} shows what would go, and asks.`,
        ]
      : []),
    ...problems.map((problem) => paint.yellow(`Whether there are orphans is not known: ${problem}`)),
  ];
  return lines.length > 0 ? [...lines, ''] : [];
}

/** Looks for orphans of the stage, in its zones; without a stage nobody knows whose names those in a zone are. */
export async function findOrphans(asked: Asked, time: number): Promise<OrphanReport> {
  if (asked.stage === undefined) return { orphans: [], problems: [] };
  const listing = await listZones(asked.settings, compositionOf(asked), AbortSignal.timeout(time));
  return reportOrphans(asked, listing);
}

/** The lines of another report, with what there is to say of orphans before its last one. */
export function withOrphans(
  lines: readonly string[],
  ...told: Parameters<typeof renderOrphans>
): readonly string[] {
  return [...lines.slice(0, -1), ...renderOrphans(...told), ...lines.slice(-1)];
}
