import { pathOfStage } from '../../deploy/stage-file.ts';
import type { Route53Composition } from '../../handlers/compose-route53.ts';
import { listed, printable } from '../../src/domain/printable.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import type { Confirm } from '../confirm.ts';
import { type KeptName, keyOf } from '../names/kept-names.ts';
import { keptIn, orphansOf, ownerOf } from '../names/orphans.ts';
import { type ListedZone, listZones } from '../names/zones.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { type HandedBack, handBack, removeRevision } from './hand-back.ts';

/** Which names to remove: those that no stage has, one by its name, or all of the stage's owner. */
export type Choice =
  | { readonly by: 'orphans' }
  | { readonly by: 'all' }
  | { readonly by: 'name'; readonly name: string };

export interface PruneWorld {
  readonly say: (line: string) => void;
  readonly confirm: Confirm;
  readonly outside?: Pick<Route53Composition, 'route53'>;
}

/** Milliseconds for the whole, the time to think it over included. */
const TIME = 3_600_000;

/**
 * Shows which names would go, asks, and removes them.
 *
 * @returns whether all that was chosen is gone.
 * @throws Error with a sentence where it cannot be chosen, as a zone cannot be listed for one.
 */
export async function prune(
  asked: Asked,
  choice: Choice,
  { say, confirm, outside }: PruneWorld,
): Promise<boolean> {
  const owner = ownerOf(asked);
  const { records } = asked.settings;
  const signal = AbortSignal.timeout(TIME);
  const { zones, problems } = await listZones(
    asked.settings,
    { ...compositionOf(asked), ...outside },
    signal,
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const chosen = choose(asked, choice, keptIn(asked, zones));
  // What is left of an owner that keeps nothing any more is of no use to anybody.
  const isAll = choice.by === 'all';
  if (chosen.length === 0 && !isAll) {
    say(`Nothing to do: ${describeNothing(choice, owner)}.`);
    return choice.by === 'orphans';
  }
  for (const line of chosen.flatMap((name) => describe(name, asked))) say(line);
  if (isAll) say(`Of "${owner}", nothing will be left in ${zones.map(({ zone }) => zone.name).join(', ')}.`);
  const count = chosen.length === 1 ? 'this name' : `these ${chosen.length} names`;
  if (!(await confirm(`Remove ${chosen.length === 0 ? 'what is left' : count}?`))) {
    say('Nothing was removed.');
    return false;
  }
  const results: HandedBack[] = [];
  for (const zone of zones) {
    const own = chosen.filter(({ zoneId }) => zoneId === zone.zone.id);
    results.push(...(await handBack(zone, own, { owner, records, signal })));
  }
  for (const result of results) say(describeResult(result));
  const failed = results.filter(({ problem }) => problem !== undefined).length;
  if (!isAll || failed > 0) return failed === 0;
  return await removeRevisions(zones, owner, say);
}

function choose(asked: Asked, choice: Choice, kept: readonly KeptName[]): readonly KeptName[] {
  if (choice.by === 'all') return kept;
  if (choice.by === 'orphans') return orphansOf(asked, kept);
  const name = parseRecordName(choice.name);
  return kept.filter((each) => each.name === name);
}

function describeNothing(choice: Choice, owner: string): string {
  return choice.by === 'name'
    ? `"${owner}" does not keep ${choice.name}`
    : `every name that "${owner}" keeps is in a stage`;
}

function describe(kept: KeptName, { settings, stage }: Asked): readonly string[] {
  const { name, service, removal, foreign } = kept;
  const isWanted = settings.records.some((record) => keyOf(record) === keyOf(kept));
  return [
    `${name} (${service})`,
    ...removal.map(({ set }) => {
      const values = listed(
        set.values.map((value) => printable(value)),
        ', ',
      );
      const identifier = 'setIdentifier' in set ? ` "${printable(set.setIdentifier ?? '')}"` : '';
      return `  -   ${set.routing} ${set.type}${identifier} [${values}]`;
    }),
    ...(foreign > 0
      ? [`  =   ${foreign} ${foreign === 1 ? 'set' : 'sets'} of somebody else, left alone`]
      : []),
    ...(isWanted && stage !== undefined
      ? [
          `  !   ${pathOfStage(stage)} has it: while that is deployed, it is published again within a minute. Take it out and deploy, or sls remove, at first.`,
        ]
      : []),
  ];
}

function describeResult({ name: { name, published }, problem }: HandedBack): string {
  if (problem !== undefined) return `Not removed: ${name}: ${problem}.`;
  return `Removed: ${name}, with ${published.length === 0 ? 'no address' : listed(published, ', ')}.`;
}

async function removeRevisions(
  zones: readonly ListedZone[],
  owner: string,
  say: PruneWorld['say'],
): Promise<boolean> {
  let isDone = true;
  for (const zone of zones) {
    const problem = await removeRevision(zone, owner);
    if (problem === undefined) continue;
    say(`Not removed: the revision of "${owner}" in ${zone.zone.name}: ${problem}.`);
    isDone = false;
  }
  return isDone;
}
