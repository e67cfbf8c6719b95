import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import {
  changedAt,
  findRegistry,
  findRevision,
  keeperOf,
  registrationIn,
  registrySet,
  revisionName,
  revisionNumberOf,
  revisionSet,
} from '../../src/plan/ownership.ts';
import { multivalueSet, otherSet, recordSetting, textSet, ZONE } from '../support/records.ts';

const HERITAGE = 'consul-route53-updater';
const ours = registrySet(recordSetting({ owner: 'blue', service: 'web' }));
const written = (...values: readonly string[]) => [textSet(HERITAGE, ...values)];

describe('the registry record of a name', () => {
  it('is a TXT set at the name itself, in the form that operators know', () => {
    expect(ours).toEqual({
      routing: 'multivalue',
      name: 'rdsproxy.corp.internal',
      type: 'TXT',
      ttl: 60,
      setIdentifier: HERITAGE,
      values: ['"heritage=consul-route53-updater,owner=blue,service=web"'],
    });
  });

  it('is found by its set identifier, among whatever else is at the name', () => {
    const others = [multivalueSet('10.0.0.1'), otherSet('simple', 'TXT'), textSet('spf', '"v=spf1 -all"')];
    expect(findRegistry([...others, ours])).toBe(ours);
    expect(findRegistry(others)).toBeUndefined();
    // An address set may carry any identifier.
    const set = { ...multivalueSet('10.0.0.1'), setIdentifier: HERITAGE } as RecordSet;
    expect(findRegistry([set])).toBeUndefined();
  });

  it('says who keeps the name, and for which service', () => {
    expect(registrationIn([ours])).toEqual({ owner: 'blue', service: 'web' });
    expect(keeperOf({ owner: 'blue' }, [ours])).toBe('us');
    expect(keeperOf({ owner: 'green' }, [ours])).toBe('another');
    expect(keeperOf({ owner: 'blue' }, [])).toBe('nobody');
  });

  it('may say more than this version knows, in any order', () => {
    const value = `"owner=blue,since=2026-01-01,heritage=${HERITAGE},service=web"`;
    expect(registrationIn(written(value))).toEqual({ owner: 'blue', service: 'web' });
  });

  it.each<[string, readonly string[]]>([
    ['nothing', ['""']],
    ['garbage', ['"===,,=,"']],
    ['no quotes', [`heritage=${HERITAGE},owner=blue,service=web`]],
    ['another heritage', ['"heritage=external-dns,owner=blue,service=web"']],
    ['no heritage', ['"owner=blue,service=web"']],
    ['no owner', [`"heritage=${HERITAGE},service=web"`]],
    ['no service', [`"heritage=${HERITAGE},owner=blue"`]],
    ['a bare key', [`"heritage=${HERITAGE},owner,service=web"`]],
    ['two values', [...ours.values, '"more"']],
    ['strings that are not parted by one blank', [`${ours.values[0]}"more"`]],
    ['a second string that cannot be printed', [`${ours.values[0]} "m\u0007re"`]],
    ['a quote', [`"heritage=${HERITAGE},owner=b"lue,service=web" "x`]],
    ['what cannot be printed', [`"heritage=${HERITAGE},owner=bl\u0007ue,service=web"`]],
    ['other letters', [`"heritage=${HERITAGE},owner=bläu,service=web"`]],
    ['a line break', [`"heritage=${HERITAGE},owner=blue,service=web\n"`]],
    ['a very long text', [`"heritage=${HERITAGE},owner=blue,service=${'w'.repeat(100_000)}"`]],
    ['a name of an object', [`"heritage=${HERITAGE},__proto__=blue,constructor=web"`]],
  ])('with %s in it makes nobody the keeper', (_, values) => {
    expect(registrationIn(written(...values))).toBeUndefined();
    expect(keeperOf({ owner: 'blue' }, written(...values))).toBe('nobody');
  });
});

describe('the revision of an owner', () => {
  const revision = revisionSet(ZONE, 'blue', 42, 'c0ffee');

  it('is a TXT set beside those of other owners, at one name of the zone', () => {
    expect(revision).toEqual({
      routing: 'multivalue',
      name: '_consul-route53-updater.corp.internal',
      type: 'TXT',
      ttl: 60,
      setIdentifier: 'blue',
      values: ['"heritage=consul-route53-updater,owner=blue,revision=42-c0ffee"'],
    });
    expect(revision.name).toBe(revisionName(ZONE));
  });

  it('is found by its owner', () => {
    const other = revisionSet(ZONE, 'green', 7, 'f');
    expect(findRevision([other, revision], 'blue')).toBe(revision);
    expect(findRevision([other], 'blue')).toBeUndefined();
    expect(findRevision([{ ...otherSet('simple', 'TXT'), setIdentifier: 'blue' }], 'blue')).toBeUndefined();
  });

  it('says when something was changed, where it was written by a version that does', () => {
    const at = Date.UTC(2026, 10, 26, 3, 8, 11);
    const dated = revisionSet(ZONE, 'blue', 43, 'c0ffee', at + 250);
    expect(dated.values).toEqual([
      '"heritage=consul-route53-updater,owner=blue,revision=43-c0ffee,changed=2026-11-26T03:08:11Z"',
    ]);
    expect([changedAt(dated), changedAt(revision), changedAt(undefined)]).toEqual([at, undefined, undefined]);
    expect(revisionNumberOf(dated)).toBe(43);
  });

  it('has a number, whatever else it says', () => {
    expect(revisionNumberOf(revision)).toBe(42);
    expect(revisionNumberOf(undefined)).toBe(0);
  });

  it.each<[string, readonly string[]]>([
    ['garbage', ['"x"']],
    ['another heritage', ['"heritage=external-dns,owner=blue,revision=9-x"']],
    ['two values', [...revision.values, ...revision.values]],
    ['no number', [`"heritage=${HERITAGE},owner=blue,revision=x-1"`]],
    ['a negative number', [`"heritage=${HERITAGE},owner=blue,revision=-5-x"`]],
    ['a number without a nonce', [`"heritage=${HERITAGE},owner=blue,revision=9"`]],
    [
      'a number that cannot be counted on from',
      [`"heritage=${HERITAGE},owner=blue,revision=${'9'.repeat(16)}-x"`],
    ],
    ['what cannot be printed', [`"heritage=${HERITAGE},owner=blue,revision=9-\u0000"`]],
  ])('counts from the start again where a stranger wrote %s', (_, values) => {
    expect(revisionNumberOf({ ...revision, values })).toBe(0);
  });

  it('can always be counted on by one', () => {
    const most = revisionSet(ZONE, 'blue', 999_999_999_999_999, 'x');
    expect(revisionNumberOf(most) + 1).toBe(1_000_000_000_000_000);
  });
});
