import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import { startLoop, verdicts, webHangs } from '../support/loop.ts';
import { instance, multivalueSet, recordSetting, registered } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const web = recordSetting({ service: 'web', name: 'web.corp.internal' });

describe('a run without a window', () => {
  it('ends as soon as each record was decided, and watches nothing', async () => {
    const { store, source, passes, endedAt } = await startLoop({
      instances: up('10.0.1.1'),
      records: [recordSetting(), web],
      length: 0,
    });
    expect(endedAt()).toBe(0);
    expect(store.published()).toHaveLength(2);
    expect(source.reads.filter(({ blocking }) => blocking)).toEqual([]);
    expect(verdicts(passes).flat()).toEqual(['approve', 'approve']);
  });

  it('waits for the slowest service, and no longer than there is time', async () => {
    const { clock, store, passes, endedAt, deadline } = await startLoop({
      instances: up('10.0.1.1'),
      records: [web, recordSetting()],
      watched: webHangs,
      length: 0,
    });
    await clock.advance(120_000);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(endedAt()).toBeUndefined();
    deadline.abort();
    await clock.advance(0);
    expect(endedAt()).toBe(120_000);
    expect(verdicts(passes)).toEqual([['approve'], ['deadline']]);
  });

  it('does not try again what is held or fails', async () => {
    const { clock, endedAt, source } = await startLoop({ length: 0, before: (its) => its.source.fail(lost) });
    await clock.advance(60_000);
    expect(endedAt()).toBe(0);
    expect(source.reads).toHaveLength(1);
  });

  it('carries out all there is to do, also what must wait for its turn at Route 53', async () => {
    const addresses = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`);
    const names = Array.from({ length: 20 }, (_, index) => `n${index}.corp.internal`);
    const { clock, store, passes, applied, endedAt } = await startLoop({
      instances: up(...addresses),
      records: names.map((name) => recordSetting({ name })),
      length: 0,
    });
    await clock.advance(60_000);
    expect(store.published()).toHaveLength(20 * 100);
    expect(endedAt()).toBe(applied().at(-1));
    expect(endedAt()).toBeGreaterThan(1_000);
    expect(passes.at(-1)).toMatchObject({ wokenBy: ['paced'] });
    expect(verdicts(passes).flat()).toEqual(names.map(() => 'approve'));
  });

  it('writes nothing where it only plans', async () => {
    const { store, passes, endedAt } = await startLoop({
      instances: up('10.0.1.1'),
      action: 'plan',
      length: 0,
    });
    expect(endedAt()).toBe(0);
    expect(store.calls.map(({ kind }) => kind)).not.toContain('apply');
    expect(passes).toMatchObject([{ decisions: [{ lines: [{ desired: ['10.0.1.1'], published: [] }] }] }]);
  });

  it('believes what has vanished where it is forced to', async () => {
    const sets = ['10.0.1.1', '10.0.1.2', '10.0.1.3'].map((address) => multivalueSet(address));
    for (const force of [false, true]) {
      const { store } = await startLoop({
        instances: up('10.0.1.1'),
        force,
        length: 0,
        sets: [registered(), ...sets],
      });
      expect(store.published()).toHaveLength(force ? 1 : 3);
    }
  });
});
