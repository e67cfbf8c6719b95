import fc from 'fast-check';
import type { Change, RecordSet } from '../../emulators/route53/server.ts';
import type { Act } from './catalog-acts.ts';
import type { Facts } from './facts.ts';
import { isBookkeeping, isClaimed, isSimple, NAME } from './oracle.ts';
import { describe, type World } from './world.ts';

const at = (address: string, name = NAME): Pick<RecordSet, 'name' | 'type' | 'ttl' | 'values'> => ({
  name,
  type: address.includes(':') ? 'AAAA' : 'A',
  ttl: 60,
  values: [address],
});

/** Sets of somebody else's: beside ours, in the way of ours, or at our name without concerning us. */
const FOREIGN_SETS: readonly RecordSet[] = [
  { ...at('10.0.0.1'), setIdentifier: 'terraform-1', multiValueAnswer: true },
  { ...at('10.9.9.9'), setIdentifier: 'terraform-2', multiValueAnswer: true },
  { ...at('fd99::9'), setIdentifier: 'terraform-1', multiValueAnswer: true },
  { ...at('10.0.0.1'), setIdentifier: 'consul/rdsproxy-blue/10.0.0.1', multiValueAnswer: true },
  { ...at('10.9.9.9'), setIdentifier: 'weighted', weight: 10 },
  at('10.9.9.9', `other.${NAME}`),
  { name: NAME, type: 'TXT', ttl: 60, values: ['"heritage=other"'] },
];

/** Rarer, as they leave a run little to do. */
const FOREIGN_STANDALONE: readonly RecordSet[] = [
  at('10.9.9.9'),
  { name: NAME, type: 'CNAME', ttl: 60, values: ['elsewhere.corp.internal.'] },
];

/** Writes or takes away a set of somebody else's, if Route 53 accepts that at this moment. */
class ForeignSet implements Act {
  readonly action: 'UPSERT' | 'DELETE';
  readonly recordSet: RecordSet;

  constructor(action: 'UPSERT' | 'DELETE', recordSet: RecordSet) {
    this.action = action;
    this.recordSet = recordSet;
  }

  perform(facts: Facts, world: World): void {
    // What the claim of the name would make ours: the run that claims it leaves it, the next one does not.
    const { setIdentifier } = this.recordSet;
    const isSoonOurs =
      setIdentifier?.startsWith('consul/') ||
      (facts.setting.routing === 'simple' && isSimple(this.recordSet));
    if (isSoonOurs && !isClaimed(world.zone.recordSets())) return;
    world.writeAsSomebodyElse([{ action: this.action, recordSet: this.recordSet }]);
  }

  toString(): string {
    return `somebody else's ${this.action} ${describe([this.recordSet])}`;
  }
}

type Edit = 'delete' | 'change the TTL of' | 'change the value of' | 'attach a health check to';

/** Somebody else's hand on one of our sets, also those that say whose the name is, and which revision it is at. */
class EditOurs implements Act {
  readonly edit: Edit;
  readonly which: number;

  constructor(edit: Edit, which: number) {
    this.edit = edit;
    this.which = which;
  }

  perform(_facts: Facts, world: World): void {
    const marks = world.zone.recordSets().filter(isBookkeeping);
    const own = this.edit === 'delete' ? [...world.own(), ...marks] : world.own();
    const set = own[this.which % Math.max(own.length, 1)];
    // Route 53 takes a health check for a set with an identifier only.
    if (set?.setIdentifier === undefined && this.edit === 'attach a health check to') return;
    if (set) world.writeAsSomebodyElse([this.#change(set)]);
  }

  #change(set: RecordSet): Change {
    const edited = (own: Partial<RecordSet>): Change => ({ action: 'UPSERT', recordSet: { ...set, ...own } });
    switch (this.edit) {
      case 'delete':
        return { action: 'DELETE', recordSet: set };
      case 'change the TTL of':
        return edited({ ttl: 300 });
      case 'change the value of':
        return edited({ values: [set.type === 'A' ? '10.9.9.9' : 'fd99::9'] });
      case 'attach a health check to':
        return edited({ healthCheckId: '0a1b2c3d-0000-4000-8000-000000000000' });
    }
  }

  toString(): string {
    return `somebody else's hand: ${this.edit} our set ${this.which}`;
  }
}

const action = fc.constantFrom('UPSERT' as const, 'UPSERT' as const, 'DELETE' as const);
const foreignSet = fc
  .tuple(
    action,
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...FOREIGN_SETS) },
      { weight: 1, arbitrary: fc.constantFrom(...FOREIGN_STANDALONE) },
    ),
  )
  .map(([how, set]) => new ForeignSet(how, set));
const editOurs = fc
  .tuple(
    fc.constantFrom<Edit>(
      'delete',
      'delete',
      'change the TTL of',
      'change the value of',
      'attach a health check to',
    ),
    fc.nat(3),
  )
  .map(([edit, which]) => new EditOurs(edit, which));

export const foreign: fc.Arbitrary<ForeignSet | EditOurs> = fc.oneof(foreignSet, editOurs);
