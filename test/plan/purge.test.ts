import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decide } from '../../src/plan/decide.ts';
import { purgingLines } from '../../src/plan/purge.ts';
import {
  foreignSet,
  inShort,
  instance,
  multivalueSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../support/records.ts';

const METADATA = '169.254.169.254';
const setting = recordSetting();
const hold = { decision: 'hold', reason: 'source-suspect', cause: 'no-leader', message: 'none' } as const;

describe('purgingLines', () => {
  it('lists what is ours, by type, where nothing is to be taken out', () => {
    const sets = [multivalueSet('10.0.0.1'), multivalueSet('fd00::1'), foreignSet('10.0.0.9')];
    expect(purgingLines(setting, sets)).toMatchObject([
      { type: 'A', published: ['10.0.0.1'], desired: null, changes: [] },
      { type: 'AAAA', published: ['fd00::1'], desired: null, changes: [] },
    ]);
    expect(purgingLines(setting, [])).toMatchObject([{ type: 'A', published: [] }]);
  });

  it.each<[string, 'multivalue' | 'simple', readonly RecordSet[], readonly string[]]>([
    [
      'beside others',
      'multivalue',
      [registered(), multivalueSet('10.0.0.1'), multivalueSet(METADATA)],
      ['-'],
    ],
    ['at a name that nobody keeps', 'multivalue', [multivalueSet(METADATA)], ['-']],
    ['alone', 'multivalue', [registered(), multivalueSet(METADATA)], ['-']],
    ['among others in one set', 'simple', [registered(), simpleSet(['10.0.0.1', METADATA])], ['~']],
    ['alone in a simple set', 'simple', [registered(), simpleSet([METADATA])], ['-']],
    ['at the name of another owner', 'multivalue', [registered({ owner: 'x' }), multivalueSet(METADATA)], []],
    ['in a simple set that nobody noted as ours', 'simple', [simpleSet([METADATA])], []],
    ["in somebody else's set", 'multivalue', [registered(), foreignSet(METADATA)], []],
  ])('takes out what may not be published: %s', (_, routing, sets, signs) => {
    const changes = purgingLines(recordSetting({ routing }), sets).flatMap((line) => line.changes);
    expect(inShort(changes).map(([sign]) => sign)).toEqual(signs);
    for (const { message } of changes)
      expect(message).toMatch(/^remove 169\.254\.169\.254 \(is a link-local address/);
  });
});

/** 169.254.169.254 in disguise: what we do not read as an address may be one to a resolver. */
const DISGUISED = '::ffff:a9fe:a9fe';
const disguised = { ...multivalueSet('fd00::1'), setIdentifier: 'consul/rdsproxy/x', values: [DISGUISED] };

describe('what we do not read as an address', () => {
  const sets = [registered(), multivalueSet('10.0.0.1'), disguised];
  const read = { known: true, value: { zone: ZONE, sets } } as const;

  it.each([
    ['while Consul is believed', { known: true, value: [instance('10.0.0.1')] } as const],
    ['while it is not', { known: false, objection: hold } as const],
  ])('is taken out, and nothing is written for its sake, %s', (_, instances) => {
    const decision = decide(setting, instances, read, { force: false, now: 0 });
    expect(inShort(decision.requests.flat())).toEqual([
      `- AAAA multivalue ${DISGUISED}`,
      '! A multivalue 10.0.0.1',
    ]);
  });

  it('is taken out of a simple set', () => {
    const simple = { ...simpleSet(['fd00::1']), values: ['fd00::1', DISGUISED] };
    const [line] = purgingLines(recordSetting({ routing: 'simple' }), [registered(), simple]);
    expect(line).toMatchObject({ changes: [{ action: 'REPLACE', set: { values: ['fd00::1'] } }] });
  });
});

describe('while Consul is not believed', () => {
  const decideOn = (sets: readonly RecordSet[]) =>
    decide(
      setting,
      { known: false, objection: hold },
      { known: true, value: { zone: ZONE, sets } },
      { force: false, now: 0 },
    );

  it('the rest is held, and one of it asserted', () => {
    const sets = [registered(), multivalueSet(METADATA), multivalueSet('10.0.0.1')];
    const decision = decideOn(sets);
    const { decision: _, ...held } = hold;
    expect(decision.verdict).toEqual({
      decision: 'approve',
      holds: [{ ...held, addresses: ['10.0.0.1'] }],
    });
    expect(decision.requests.map(inShort)).toEqual([
      [`- A multivalue ${METADATA}`, '! A multivalue 10.0.0.1'],
    ]);
  });

  it('all is held where there is nothing to take out', () => {
    expect(decideOn([registered(), multivalueSet('10.0.0.1')]).verdict).toEqual(hold);
  });
});
