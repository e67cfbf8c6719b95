import { describe, expect, it } from 'vitest';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { registrySet, revisionName, revisionSet } from '../../src/plan/ownership.ts';
import { multivalueSet, recordSetting, ZONE } from '../support/records.ts';
import { type IamRequest, isAllowed, type Keys } from './iam.ts';
import { deploy } from './site.ts';

const zoneArn = (id: string) => `arn:aws:route53:::hostedzone/${id}`;
const OWN = 'Z08345992R7HSH0EXAMPLE';

/** What is asked of one set: an action, a name as Route 53 normalizes it, and a type. */
type Asked = readonly [action: string, name: string, type: string];

/** A batch as Route 53 tells IAM of it: each key on its own, over all changes. */
const keysOf = (asked: readonly Asked[]): Keys => ({
  'route53:ChangeResourceRecordSetsActions': asked.map(([action]) => action),
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': asked.map(([, name]) => name),
  'route53:ChangeResourceRecordSetsRecordTypes': asked.map(([, , type]) => type),
});
const batch = (keys: Keys, zoneId = OWN): IamRequest => ({
  ...{ action: 'route53:ChangeResourceRecordSets', resource: zoneArn(zoneId), keys },
});

const records = (...own: readonly object[]) =>
  JSON.stringify(own.map((each) => ({ service: 'rdsproxy', ...each })));

const allows = (asked: readonly Asked[], text = records({ name: 'rdsproxy.corp.internal' }), zone = OWN) =>
  isAllowed(deploy({}, text).statements, batch(keysOf(asked), zone));

const RECORD = 'rdsproxy.corp.internal';
const REVISIONS = '_consul-route53-updater.corp.internal';

describe('the right to change record sets', () => {
  it('is enough for a batch as the function makes it, whatever the name of the zone', () => {
    const sets: readonly RecordSet[] = [
      registrySet(recordSetting()),
      revisionSet(ZONE, 'updater-dev', 7, 'nonce'),
      multivalueSet('10.0.0.1'),
      multivalueSet('fd00::1'),
    ];
    for (const action of ['CREATE', 'UPSERT', 'DELETE'])
      expect(allows(sets.map(({ name, type }) => [action, name, type]))).toBe(true);
    const deeper = revisionName({ name: 'eu.corp.internal' as RecordName });
    expect(allows([['CREATE', deeper, 'TXT']])).toBe(true);
  });

  it.each<[string, Asked]>([
    ['another name', ['UPSERT', 'other.corp.internal', 'A']],
    ['a name below', ['UPSERT', `a.${RECORD}`, 'A']],
    ['a name that only begins so', ['UPSERT', `${RECORD}.example`, 'A']],
    ['a name that is like it', ['UPSERT', 'rdsproxyxcorp.internal', 'A']],
    ['the name of the zone', ['UPSERT', 'corp.internal', 'TXT']],
    ['a name that ends like that of the revisions', ['CREATE', `a.${REVISIONS}`, 'TXT']],
    ['one that begins like it', ['CREATE', '_consul-route53-updaters.corp.internal', 'TXT']],
    ['a CNAME', ['DELETE', RECORD, 'CNAME']],
    ['a delegation', ['CREATE', RECORD, 'NS']],
    ['what is no action of ours', ['UPSERT_ALL', RECORD, 'A']],
  ])('is none for %s, alone or beside what is allowed', (_, asked) => {
    const own: readonly Asked[] = [
      ['CREATE', RECORD, 'A'],
      ['DELETE', REVISIONS, 'TXT'],
    ];
    expect(allows(own)).toBe(true);
    expect(allows([asked])).toBe(false);
    expect(allows([...own, asked])).toBe(false);
  });

  const keys = keysOf([['UPSERT', RECORD, 'A']]);
  it.each(Object.keys(keys))('is none for a request that does not tell of %s', (key) => {
    const { statements } = deploy();
    expect(isAllowed(statements, batch(keys))).toBe(true);
    const { [key]: _, ...others } = keys;
    for (const lacking of [others, { ...keys, [key]: [] }])
      expect(isAllowed(statements, batch(lacking))).toBe(false);
  });

  it('for a wildcard is one for that name alone, and not for what it answers for', () => {
    const wildcard = records({ name: '*.corp.internal' });
    expect(allows([['UPSERT', '\\052.corp.internal', 'A']], wildcard)).toBe(true);
    for (const name of ['a.corp.internal', 'corp.internal', '*.corp.internal', 'x052.corp.internal', 'a'])
      expect(allows([['UPSERT', name, 'A']], wildcard)).toBe(false);
  });

  it('has no wildcard but that of the name of the revisions, whatever the records are called', () => {
    const text = records({ name: '*.corp.internal' }, { name: 'A-b_c.corp.internal.' });
    const patterns = JSON.stringify(deploy({}, text).statements).match(/NormalizedRecordNames":\[[^\]]*\]/g);
    expect(patterns).toEqual([
      'NormalizedRecordNames":["\\\\052.corp.internal","a-b_c.corp.internal","_consul-route53-updater.*"]',
    ]);
  });

  it('in one zone is none in another, but for the name of the revisions', () => {
    const text = records({ name: RECORD }, { name: 'b.corp.internal', zoneId: 'Z2' });
    expect(allows([['UPSERT', 'b.corp.internal', 'A']], text, 'Z2')).toBe(true);
    expect(allows([['CREATE', REVISIONS, 'TXT']], text, 'Z2')).toBe(true);
    expect(allows([['UPSERT', RECORD, 'A']], text, 'Z2')).toBe(false);
    expect(allows([['UPSERT', 'b.corp.internal', 'A']], text)).toBe(false);
    expect(allows([['CREATE', REVISIONS, 'TXT']], text, 'Z3')).toBe(false);
  });

  it('takes a CNAME out only where a record asks for it', () => {
    const text = records({ name: RECORD, onConflict: 'replace' });
    expect(allows([['DELETE', RECORD, 'CNAME']], text)).toBe(true);
  });
});
