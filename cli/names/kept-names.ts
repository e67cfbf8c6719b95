import type { Address } from '../../src/domain/address.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import {
  type Change,
  isAddressRecordSet,
  isPublishedByUs,
  type RecordSet,
} from '../../src/domain/record-set.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { ownSets, publishedIn } from '../../src/plan/own-sets.ts';
import { findRegistry, registrationIn } from '../../src/plan/ownership.ts';
import { describeSet } from '../../src/plan/record-plan.ts';

/** A name that an owner keeps, as its registry record says. */
export interface KeptName {
  readonly zoneId: string;
  readonly name: RecordName;
  readonly service: string;
  /** The addresses in the sets that are the owner's. */
  readonly published: readonly Address[];
  /** What takes all of that away, the registry record too, by its exact values. */
  readonly removal: readonly Change[];
  /** Whether a simple set among that is only guessed to be ours: it carries no mark, and no setting says so. */
  readonly isGuessed: boolean;
  /** How many record sets are somebody else's, and stay. */
  readonly foreign: number;
}

/** What decides which sets at a name are ours. */
type Judged = Parameters<typeof ownSets>[0];

/** A name in a zone, as records are told apart. */
export const keyOf = ({ zoneId, name }: { readonly zoneId: string; readonly name: string }) =>
  `${zoneId} ${name}`;

/**
 * The names of a zone that an owner keeps.
 *
 * @param listing every record set of the zone, or of the names that matter.
 * @param records the settings that there are; a name without one is judged by what its registry record says.
 */
export function keptNames(
  zoneId: string,
  listing: ReadonlyMap<RecordName, readonly RecordSet[]>,
  owner: string,
  records: readonly RecordSetting[],
): readonly KeptName[] {
  return [...listing].flatMap(([name, sets]) => {
    const registry = findRegistry(sets);
    const registration = registrationIn(sets);
    if (!registry || registration?.owner !== owner) return [];
    const { service } = registration;
    const setting = records.find((record) => record.name === name && record.zoneId === zoneId);
    const own = ownSets(setting ?? guess(owner, service, sets), sets);
    return {
      ...{ zoneId, name, service, published: publishedIn(own) },
      removal: [...own, registry].map((set) => ({
        ...{ action: 'DELETE' as const, set },
        message: `remove ${describeSet(set)}`,
      })),
      isGuessed: setting === undefined && own.some(({ routing }) => routing === 'simple'),
      foreign: sets.length - own.length - 1,
    };
  });
}

/** Of the owner's names, those that no stage has. */
export function orphansIn(
  kept: readonly KeptName[],
  known: Pick<ReadonlySet<string>, 'has'>,
): readonly KeptName[] {
  return kept.filter((name) => !known.has(keyOf(name)));
}

/**
 * What the setting of a name may have been. Sets of both routing policies cannot stand beside each other, so a name without
 * a multivalue set of ours had simple routing; or somebody took ours away by hand and put in a simple one.
 */
function guess(owner: string, service: string, sets: readonly RecordSet[]): Judged {
  const isMultivalue = sets.some(
    (set) => isAddressRecordSet(set) && set.routing === 'multivalue' && isPublishedByUs(set),
  );
  return { owner, query: { service }, routing: isMultivalue ? 'multivalue' : 'simple' };
}
