import type { Route53Composition } from '../../handlers/compose-route53.ts';
import { listed, printable } from '../../src/domain/printable.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { parseZoneId } from '../../src/domain/zone.ts';
import type { Confirm } from '../confirm.ts';
import { type KeptName, keyOf, orphansIn } from '../names/kept-names.ts';
import { keptIn, ownerOf, wantedNames } from '../names/orphans.ts';
import { type ListedZone, listZones } from '../names/zones.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { patiently } from '../waiting.ts';
import { type HandedBack, handBack, removeRevision } from './hand-back.ts';

/** Which names to remove: those that no stage has, one by its name, or all of the stage's owner. */
export type Choice =
  | { readonly by: 'orphans' }
  | { readonly by: 'all' }
  | { readonly by: 'name'; readonly name: string; readonly zone?: string };

export interface PruneWorld {
  readonly say: (line: string) => void;
  readonly confirm: Confirm;
  /** Whether the yes was given before anything was shown. */
  readonly isAnswered?: boolean;
  /** The names that stages have, each with the path of the stage; by default those of this repository. */
  readonly inStages?: ReadonlyMap<string, string>;
  readonly outside?: Pick<Route53Composition, 'route53'>;
}

/** Milliseconds for the whole, the time to think it over included. */
const TIME = 3_600_000;

/**
 * Shows which names would go, asks, and removes them. A simple set that is only guessed to be ours does not go unseen.
 *
 * @returns whether all that was chosen is gone.
 * @throws Error with a sentence where it cannot be chosen, as a zone cannot be listed for one.
 */
export async function prune(
  asked: Asked,
  choice: Choice,
  { say, confirm, isAnswered = false, inStages, outside }: PruneWorld,
): Promise<boolean> {
  const owner = ownerOf(asked);
  const { records } = asked.settings;
  const signal = AbortSignal.timeout(TIME);
  const { zones, problems } = await patiently(
    listZones(asked.settings, { ...compositionOf(asked), ...outside }, signal),
    'answers of the Route 53 API',
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const wanted = wantedNames(asked, inStages);
  const all = choose(choice, keptIn(asked, zones), wanted);
  const isSeen = choice.by === 'name' && !isAnswered;
  const left = all.filter(({ isGuessed }) => isGuessed && !isSeen);
  const chosen = all.filter((name) => !left.includes(name));
  for (const name of left) say(describeLeft(name, asked));
  // What is left of an owner that keeps nothing any more is of no use to anybody.
  const isWhole = choice.by === 'all' && left.length === 0;
  if (chosen.length === 0 && !isWhole) {
    if (left.length === 0) say(`Nothing to do: ${describeNothing(choice, owner)}.`);
    return choice.by === 'orphans' && left.length === 0;
  }
  const isOneZone = zones.length === 1;
  for (const line of chosen.flatMap((name) => describe(name, isOneZone, wanted.get(keyOf(name))))) say(line);
  const isWanted = chosen.some((name) => wanted.has(keyOf(name)));
  const unless = isWanted ? ', unless it is still deployed' : '';
  if (isWhole)
    say(`Of "${owner}"${unless}, nothing will be left in ${zones.map(({ zone }) => zone.name).join(', ')}.`);
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
  if (!isWhole || failed > 0) return failed + left.length === 0;
  return await removeRevisions(zones, { owner, records }, say);
}

function choose(
  choice: Choice,
  kept: readonly KeptName[],
  wanted: ReadonlyMap<string, string>,
): readonly KeptName[] {
  if (choice.by === 'all') return kept;
  if (choice.by === 'orphans') return orphansIn(kept, wanted);
  const name = parseRecordName(choice.name);
  const zoneId = choice.zone === undefined ? undefined : parseZoneId(choice.zone);
  const named = kept.filter(
    (each) => each.name === name && (choice.zone === undefined || each.zoneId === zoneId),
  );
  if (named.length > 1)
    throw new Error(
      `${name} is in several zones: add ${named.map((each) => `--zone ${each.zoneId}`).join(' or ')}.`,
    );
  return named;
}

function describeNothing(choice: Choice, owner: string): string {
  return choice.by === 'name'
    ? `"${owner}" does not keep ${choice.name}${choice.zone === undefined ? '' : ` in the zone ${choice.zone}`}`
    : `every name that "${owner}" keeps is in a stage`;
}

/** @param path where it is written that the name is wanted. */
function describe(
  { zoneId, name, service, removal, foreign }: KeptName,
  isOneZone: boolean,
  path: string | undefined,
): readonly string[] {
  return [
    `${name} (${service}${isOneZone ? '' : `, in ${zoneId}`})`,
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
    ...(path !== undefined
      ? [
          `  !   ${path} has it: while that is deployed, it is published again within a minute. First take it out and deploy, or sls remove.`,
        ]
      : []),
  ];
}

function describeLeft({ zoneId, name, service, published }: KeptName, { stage }: Asked): string {
  return `Left as it is: ${name} (${service}): nothing tells whether ${listed(published, ', ')} at it is ours or was put there by hand. Look at it: npm run prune -- --stage ${stage} --name ${name} --zone ${zoneId}, without --yes.`;
}

function describeResult({ name: { name, published }, problem }: HandedBack): string {
  if (problem !== undefined) return `Not removed: ${name}: ${problem}.`;
  return `Removed: ${name}, with ${published.length === 0 ? 'no address' : listed(published, ', ')}.`;
}

async function removeRevisions(
  zones: readonly ListedZone[],
  options: { readonly owner: string; readonly records: readonly RecordSetting[] },
  say: PruneWorld['say'],
): Promise<boolean> {
  let isDone = true;
  for (const zone of zones) {
    const problem = await removeRevision(zone, options);
    if (problem === undefined) continue;
    say(`Not removed: the revision of "${options.owner}" in ${zone.zone.name}: ${problem}.`);
    isDone = false;
  }
  return isDone;
}
