import { describe, expect, it } from 'vitest';
import { keptNames, keyOf, orphansIn } from '../../../cli/names/kept-names.ts';
import { namesInStages, stagesAmong } from '../../../cli/names/stage-names.ts';
import type { RecordName } from '../../../src/domain/record-name.ts';
import type { RecordSet } from '../../../src/domain/record-set.ts';
import { revisionName, revisionSet } from '../../../src/plan/ownership.ts';
import {
  foreignSet,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../../support/records.ts';

const NAME = 'rdsproxy.corp.internal' as RecordName;

/** What the owner `test` keeps of one name. */
const kept = (sets: readonly RecordSet[], own?: Parameters<typeof recordSetting>[0]) =>
  keptNames('Z1', new Map([[NAME, sets]]), 'test', own ? [recordSetting(own)] : [])[0];

const values = (sets: readonly RecordSet[], own?: Parameters<typeof recordSetting>[0]) =>
  kept(sets, own)?.removal.map(({ action, set }) => `${action} ${set.type} ${set.values.join()}`);

const REGISTRY = `DELETE TXT ${registered().values.join()}`;

describe('a name that an owner keeps', () => {
  it('is one whose registry record names it, with all of its sets and no other', () => {
    const sets = [registered(), multivalueSet('10.0.0.1'), multivalueSet('fd00::1'), foreignSet('10.0.0.9')];
    expect(kept(sets)).toMatchObject({
      ...{ zoneId: 'Z1', name: NAME, service: 'rdsproxy' },
      ...{ published: ['10.0.0.1', 'fd00::1'], foreign: 1 },
    });
    expect(values(sets)).toEqual(['DELETE A 10.0.0.1', 'DELETE AAAA fd00::1', REGISTRY]);
  });

  it.each<[string, readonly RecordSet[]]>([
    ['nobody', [multivalueSet('10.0.0.1')]],
    ["another owner's", [registered({ owner: 'blue' }), multivalueSet('10.0.0.1')]],
  ])('is not one of %s', (_, sets) => {
    expect(kept(sets)).toBeUndefined();
  });

  it('is none where owners keep their revisions', () => {
    const name = revisionName(ZONE);
    const listing = new Map([[name, [revisionSet(ZONE, 'test', 1, 'x')]]]);
    expect(keptNames('Z1', listing, 'test', [])).toEqual([]);
  });

  it('has a simple set of ours, as its setting says or where it has no multivalue set of ours', () => {
    const simple = [registered(), simpleSet(['10.0.0.1', '10.0.0.2'])];
    const removed = ['DELETE A 10.0.0.1,10.0.0.2', REGISTRY];
    expect(values(simple)).toEqual(removed);
    expect(values(simple, { routing: 'simple' })).toEqual(removed);
    expect(values(simple, { routing: 'multivalue' })).toEqual([REGISTRY]);
    expect([kept(simple), kept(simple, { routing: 'simple' })]).toMatchObject([
      { isGuessed: true },
      { isGuessed: false },
    ]);
    const beside = [registered(), multivalueSet('fd00::1'), simpleSet(['10.0.0.9'])];
    expect(values(beside)).toEqual(['DELETE AAAA fd00::1', REGISTRY]);
    expect(kept(beside)).toMatchObject({ isGuessed: false });
    expect(values([registered(), otherSet('alias')])).toEqual([REGISTRY]);
  });
});

describe('an orphan', () => {
  const names = [kept([registered()])].filter((name) => name !== undefined);
  it('is a name that no stage has', () => {
    expect(orphansIn(names, new Set())).toEqual(names);
    expect(orphansIn(names, new Set([keyOf({ zoneId: 'Z2', name: NAME })]))).toEqual(names);
    expect(orphansIn(names, new Set([keyOf({ zoneId: 'Z1', name: NAME })]))).toEqual([]);
  });

  it('is none if any stage has it, whatever else is wrong with that stage', () => {
    const files: Readonly<Record<string, string>> = {
      'stages/a.yml':
        'hostedZoneId: /hostedzone/Z1\nwatchSecond: x\nrecords:\n  - name: RDSproxy.Corp.internal.\n',
      'stages/b.yml': 'records:\n  - { name: b.corp.internal, zoneId: Z2 }\n',
    };
    const read = (path: string) => files[path] ?? '';
    expect([...namesInStages(['a', 'b'], read)]).toEqual([
      ['Z1 rdsproxy.corp.internal', 'stages/a.yml'],
      ['Z2 b.corp.internal', 'stages/b.yml'],
    ]);
  });

  it.each([
    ['is no YAML', 'records: [', /^stages\/a\.yml: /],
    ['has no records', 'hostedZoneId: Z1', 'stages/a.yml has no list of records'],
    ['has them under another word', 'Records:\n  - { name: a.corp, zoneId: Z1 }', 'has no list of records'],
    ['has no list of them', 'records: { name: a.corp, zoneId: Z1 }', 'has no list of records'],
    [
      'leaves the zone to --param',
      'records:\n  - { name: a.corp }',
      'stages/a.yml does not say of records[0] ',
    ],
    ['has one without a name', 'records:\n  - { name: a.corp, zoneId: Z1 }\n  - 7', 'not say of records[1] '],
  ])('is not looked for where a stage %s, as its names are not known', (_, text, message) => {
    expect(() => namesInStages(['a'], () => text)).toThrow(message);
  });

  it('is looked for in the stages that there can be, and in no stray file', () => {
    expect(stagesAmong(['prod.yml', 'prod.backup.yml', '.dev.yml', 'README.md', 'qa_2-b.yml'])).toEqual([
      'prod',
      'qa_2-b',
    ]);
  });
});
