import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RecordStoreError, SourceError } from '../../src/errors.ts';
import { revisionName } from '../../src/plan/ownership.ts';
import { settledLoop, startLoop } from '../support/loop.ts';
import { instance, recordSetting, ZONE } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const down = (...addresses: readonly string[]) => addresses.map((address) => instance(address, 'critical'));
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const web = recordSetting({ service: 'web', name: 'web.corp.internal' });

describe('a quiet window', () => {
  it('asks nothing of Route 53, little of Consul, and makes no pass', async () => {
    const { clock, store, source, passes, done, endedAt } = await settledLoop({ instances: up('10.0.1.1') });
    await clock.advance(49_000);
    await done;
    expect(store.calls).toEqual([]);
    expect(passes).toEqual([]);
    expect(source.reads.length).toBeLessThanOrEqual(6);
    expect(endedAt()).toBe(50_000);
  });
});

describe('a change', () => {
  it('is one pass, planned from what is known, that says what woke it and how long it took', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up('10.0.1.1'), latency: 40 });
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply']);
    // Of Route 53 alone: a change that comes alone does not wait.
    expect(passes).toMatchObject([{ wokenBy: ['change'], reaction: 40 }]);
  });

  it('is sent before Consul is asked for the next one', async () => {
    const order: string[] = [];
    const { clock, store, source } = await settledLoop({
      instances: up('10.0.1.1'),
      watched: ({ read }) => ({
        read: (...asked) => {
          order.push('ask');
          return read(...asked);
        },
      }),
    });
    order.length = 0;
    store.beforeApply(() => void order.push('send'));
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    expect(order).toEqual(['send', 'ask']);
  });

  it('is acted on at once, and all that follow in one breath are one pass more', async () => {
    const { clock, store, source, passes, applied } = await settledLoop({ instances: up('10.0.1.1') });
    for (const last of [2, 3, 4, 5]) {
      source.set(up(...Array.from({ length: last }, (_, index) => `10.0.1.${index + 1}`)));
      await clock.advance(10);
    }
    await clock.advance(1_000);
    expect(passes).toHaveLength(2);
    expect(applied()).toEqual([1_000, 1_045]);
    expect(store.published()).toHaveLength(5);
  });

  it('is not put off for ever by others that follow', async () => {
    const { clock, source, applied } = await settledLoop({ instances: up('10.0.1.1') });
    for (let last = 2; last < 30; last++) {
      source.set(up('10.0.1.1', `10.0.1.${last}`));
      await clock.advance(10);
    }
    // The first at once; the next one begins 10 ms later, and waits for a tenth of a second.
    expect(applied().slice(0, 2)).toEqual([1_000, 1_110]);
  });

  it('concerns only the records of its service', async () => {
    const window = await settledLoop({ instances: up('10.0.1.1'), records: [recordSetting(), web] });
    const { clock, store, source, passes } = window;
    source.set(up('10.0.1.1', '10.0.1.2'), 'web');
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.1', '10.0.1.2']);
    expect(passes.map(({ decisions }) => decisions.map(({ setting }) => setting.query.service))).toEqual([
      ['web'],
    ]);
  });

  it('that makes no difference to the record reads the revision, and has no reaction time', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up('10.0.1.1') });
    source.set([...up('10.0.1.1'), ...down('10.0.1.2')]);
    await clock.advance(1_000);
    // Another writer may have changed the name since it was read.
    expect(store.calls).toEqual([{ kind: 'read', at: 1_000, names: [revisionName(ZONE)] }]);
    expect(passes).toMatchObject([{ wokenBy: ['change'] }]);
    expect(passes[0]).not.toHaveProperty('reaction');
  });

  it('during a write is applied after it', async () => {
    const { clock, store, source } = await settledLoop({ instances: up('10.0.1.1'), latency: 200 });
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    source.set(up('10.0.1.1', '10.0.1.3'));
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.3']);
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply', 'apply']);
  });
});

describe('the end of the window', () => {
  it('still applies a change that came right before it', async () => {
    const { clock, store, source, done } = await settledLoop({ instances: up('10.0.1.1'), length: 5_000 });
    await clock.advance(3_999);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    await done;
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it('comes in time though Consul never stops changing', async () => {
    const { clock, source, endedAt } = await settledLoop({
      instances: up('10.0.1.1'),
      length: 5_000,
      // As long as it takes for another pass to be allowed.
      latency: 120,
    });
    for (let tick = 0; endedAt() === undefined && tick < 2_000; tick++) {
      source.set(up('10.0.1.1', `10.1.${tick >> 8}.${tick & 255}`));
      await clock.advance(5);
    }
    // The write under way, and a last one.
    expect(endedAt()).toBeLessThanOrEqual(5_000 + 2 * 125);
  });

  it('leaves no sleeper and no listener behind', async () => {
    const window = await settledLoop({ instances: up('10.0.1.1'), records: [recordSetting(), web] });
    const { clock, source, done, deadline, end } = window;
    source.set(up('10.0.1.2'), 'web');
    await clock.advance(10_000);
    end.abort();
    await clock.advance(0);
    await done;
    expect(clock.sleepers).toBe(0);
    for (const { signal } of [deadline, end]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('comes at once where there is no more time, in the middle of a write', async () => {
    const { clock, source, passes, done, deadline } = await settledLoop({
      instances: up('10.0.1.1'),
      latency: 5_000,
    });
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    deadline.abort();
    await clock.advance(0);
    await done;
    expect(passes).toMatchObject([{ decisions: [{ verdict: { reason: 'deadline' } }] }]);
    expect(clock.sleepers).toBe(0);
    expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
  });

  it('comes at once, and without a read of Consul, where there was no more time before it began', async () => {
    const { clock, source, store, passes, endedAt } = await startLoop({
      instances: up('10.0.1.1'),
      before: ({ deadline }) => deadline.abort(),
    });
    expect(endedAt()).toBe(0);
    expect(source.reads).toEqual([]);
    expect(store.published()).toEqual([]);
    expect(passes).toMatchObject([{ decisions: [{ verdict: { reason: 'deadline' } }] }]);
    expect(clock.sleepers).toBe(0);
  });

  it('is an error where a watcher breaks, and stops the others', async () => {
    const { clock, done } = await startLoop({
      records: [recordSetting(), web],
      watched: (source) => ({
        read: async (query, signal, blocking) => {
          if (query.service === 'web') throw new TypeError('a bug');
          return await source.read(query, signal, blocking);
        },
      }),
    });
    // The first look does not wait for what has broken for longer than for what hangs.
    await clock.advance(100);
    await expect(done).rejects.toThrow('a bug');
    expect(clock.sleepers).toBe(0);
  });
});

describe('Consul lost', () => {
  it('holds the record, once, and lets it follow when Consul is back', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up('10.0.1.1', '10.0.1.2') });
    source.fail(lost);
    await clock.advance(20_000);
    expect(passes).toMatchObject([
      { wokenBy: ['source-lost'], decisions: [{ verdict: { reason: 'source-unavailable' } }] },
    ]);
    expect(store.calls).toEqual([]);
    source.set([...up('10.0.1.1'), ...down('10.0.1.2')]);
    source.fail(undefined);
    await clock.advance(2_100);
    expect(passes.slice(1)).toMatchObject([{ wokenBy: ['source-back'] }]);
    expect(store.published()).toEqual(['10.0.1.1']);
  });

  it('from the start: is held, and read again', async () => {
    const { clock, store, source, passes } = await startLoop({
      instances: up('10.0.1.1'),
      before: ({ source }) => source.fail(lost),
    });
    expect(passes).toMatchObject([
      { wokenBy: ['invocation'], decisions: [{ verdict: { decision: 'hold' } }] },
    ]);
    source.fail(undefined);
    await clock.advance(150);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(passes.slice(1)).toMatchObject([{ wokenBy: ['source-back'] }]);
  });
});

describe('Route 53 in trouble', () => {
  const throttled = new RecordStoreError('throttled', 'Rate exceeded');

  it('a record that failed is read again and retried, and its reaction counts from Consul’s change', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up('10.0.1.1') });
    store.fail('apply', throttled);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(700);
    expect(passes).toMatchObject([{ decisions: [{ verdict: { reason: 'throttled' } }] }]);
    await clock.advance(300);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    // Our revision tells what became of the change, and the name what is published now.
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply', 'read', 'read', 'apply']);
    expect(passes[1]).toMatchObject({ wokenBy: ['retry'], reaction: 750 });
  });

  it('is retried at growing intervals, ten seconds at most', async () => {
    const { clock, store, source } = await settledLoop({ instances: up('10.0.1.1') });
    for (let count = 0; count < 20; count++) store.fail('apply', throttled);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(45_000);
    const tries = store.calls.filter(({ kind }) => kind === 'apply');
    expect(tries.length).toBeGreaterThan(5);
    expect(tries.length).toBeLessThan(12);
  });

  it('is retried soon again after a change that was made', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up('10.0.1.1') });
    for (let count = 0; count < 4; count++) store.fail('apply', throttled);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(15_000);
    expect(store.published()).toHaveLength(2);
    const before = passes.length;
    store.fail('apply', throttled);
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3'));
    await clock.advance(15 + 750);
    expect(store.published()).toHaveLength(3);
    expect(passes.slice(before).map(({ wokenBy }) => wokenBy)).toEqual([['change'], ['retry']]);
  });

  it('an answer that was lost after the change was made is not made a second time', async () => {
    const { clock, store, source } = await settledLoop({ instances: up('10.0.1.1', '10.0.1.2') });
    store.fail('apply', new RecordStoreError('route53-unavailable', 'socket hang up'), 'late');
    source.set([...up('10.0.1.1'), ...down('10.0.1.2')]);
    await clock.advance(2_000);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply', 'read']);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    expect(store.calls.slice(2).map(({ kind }) => kind)).toEqual(['apply']);
  });

  it('from the start: what could not be read is read again', async () => {
    const { clock, store, passes } = await startLoop({
      instances: up('10.0.1.1'),
      // The first look, and that of the first pass.
      before: ({ store }) => [1, 2].map(() => store.fail('read', throttled)),
    });
    expect(passes).toMatchObject([{ decisions: [{ verdict: { reason: 'throttled' } }] }]);
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(passes.slice(1)).toMatchObject([{ wokenBy: ['retry'] }]);
  });
});
