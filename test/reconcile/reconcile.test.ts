import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import { anotherWrites, settledLoop, startLoop, verdicts, webHangs } from '../support/loop.ts';
import { instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';
import { answeringSource, held } from '../support/scripted.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const web = recordSetting({ service: 'web', name: 'web.corp.internal' });

describe('the first answer', () => {
  it('is acted on as soon as it is there, and the names are known', async () => {
    const { store, passes, endedAt } = await startLoop({
      instances: up('10.0.1.1'),
      records: [recordSetting(), web],
    });
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.1']);
    expect(passes.every(({ wokenBy }) => wokenBy.join() === 'invocation')).toBe(true);
    // What came before it has waited for it since nobody knows when.
    for (const pass of passes) expect(pass).not.toHaveProperty('reaction');
    expect(store.calls.filter(({ kind }) => kind === 'zone')).toHaveLength(1);
    expect(endedAt()).toBeUndefined();
  });

  it('of one service does not wait for another one that hangs', async () => {
    const { clock, store, source, passes, applied } = await startLoop({
      instances: up('10.0.1.1'),
      records: [web, recordSetting()],
      watched: webHangs,
    });
    // But for the moment that the first look at the zone gives it.
    await clock.advance(1_000);
    expect(applied()).toEqual([100]);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(0);
    expect(applied()).toEqual([100, 1_000]);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(passes.flatMap(({ decisions }) => decisions.map(({ setting }) => setting.query.service))).toEqual([
      'rdsproxy',
      'rdsproxy',
    ]);
  });

  it.each([
    ['is shorter', 500, false],
    ['is ended at once', 50_000, true],
  ])('is waited for where the window %s, and then it is over', async (_, length, isEndedAtOnce) => {
    let reads = 0;
    const { clock, store, passes, endedAt, done } = await startLoop({
      instances: up('10.0.1.1'),
      length,
      before: ({ end }) => isEndedAtOnce && end.abort(),
      watched: (source, clock) => ({
        async read(query, signal, blocking) {
          if (++reads === 1) await clock.sleep(3_000, signal);
          return await source.read(query, signal, blocking);
        },
      }),
    });
    await clock.advance(2_999);
    expect(endedAt()).toBeUndefined();
    await clock.advance(1);
    await done;
    expect(endedAt()).toBe(3_000);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(passes).toMatchObject([{ wokenBy: ['invocation'] }]);
    expect(clock.sleepers).toBe(0);
  });

  it('that never came is told of when there is no more time', async () => {
    const { clock, source, store, passes, endedAt, done, deadline } = await startLoop({
      instances: up('10.0.1.1'),
      records: [web, recordSetting()],
      watched: webHangs,
      length: 5_000,
    });
    await clock.advance(8_000);
    expect(endedAt()).toBeUndefined();
    // Meanwhile the others are kept.
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    passes.splice(1, 1);
    deadline.abort();
    await clock.advance(0);
    await done;
    expect(endedAt()).toBe(9_000);
    expect(passes.slice(1)).toMatchObject([
      { decisions: [{ setting: { query: { service: 'web' } }, verdict: { reason: 'deadline' } }] },
    ]);
    expect(clock.sleepers).toBe(0);
  });
});

describe('another writer', () => {
  it('that is known has Consul asked again before the first write, and only then', async () => {
    const { clock, store } = await startLoop({
      sets: [revisionSet(ZONE, 'test', 7, 'another')],
      watched: (_, clock) =>
        answeringSource(clock, { instances: up('10.0.1.1', '10.0.1.2'), index: 5 }, (signal, blocking) =>
          blocking ? held(signal) : Promise.resolve({ instances: up('10.0.1.1') }),
        ),
    });
    await clock.advance(10_000);
    // The answer from before is not written.
    expect(
      store.calls.flatMap(({ changes }) => changes ?? []).map(({ set }) => set.values.join()),
    ).not.toContain('10.0.1.2');
    expect(store.published()).toEqual(['10.0.1.1']);
  });

  it('that is faster makes us read and decide anew; that is no failure', async () => {
    const { clock, store, source, passes, applied } = await settledLoop({ instances: up('10.0.1.1') });
    store.beforeApply(() => anotherWrites(store, 9, (sets) => [...sets, multivalueSet('10.0.1.2')]));
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3'));
    await clock.advance(100);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
    // After a pause by chance, of 50 ms at most.
    expect(applied()).toEqual([1_000, 1_025]);
    expect(verdicts(passes)).toEqual([['approve']]);
    expect(passes[0]?.reaction).toBe(25);
    // The names are read before Consul is asked, so that its answer is newer than the other's write.
    const readAt = store.calls.filter(({ kind }) => kind === 'read').map(({ at }) => at);
    expect(readAt).toEqual([1_000, 1_025]);
    expect(source.reads.filter(({ blocking }) => !blocking).map(({ at }) => at)).toEqual([1_025]);
  });

  it('that has done it all leaves nothing to do', async () => {
    const { clock, store, source, passes, applied } = await settledLoop({ instances: up('10.0.1.1') });
    store.beforeApply(() => anotherWrites(store, 9, (sets) => [...sets, multivalueSet('10.0.1.2')]));
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1_000);
    expect(applied()).toEqual([1_000]);
    expect(verdicts(passes)).toEqual([['approve']]);
    expect(passes[0]).not.toHaveProperty('reaction');
  });

  it('whose write Consul cannot be asked about has the record held, and looked at again', async () => {
    const state = { isLost: false };
    const { clock, store, source, passes } = await settledLoop({
      instances: up('10.0.1.1'),
      watched: (own) => ({
        read: (query, signal, blocking) =>
          state.isLost && !blocking ? Promise.reject(lost) : own.read(query, signal, blocking),
      }),
    });
    state.isLost = true;
    store.beforeApply(() => anotherWrites(store, 9, (sets) => sets));
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(500);
    expect(verdicts(passes)).toEqual([['source-unavailable']]);
    expect(store.published()).toEqual(['10.0.1.1']);
    state.isLost = false;
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(passes.at(-1)).toMatchObject({ wokenBy: ['retry'] });
  });

  it('of another owner keeps its name, until the name is to be taken over', async () => {
    const revision = revisionSet(ZONE, 'blue', 3, 'x');
    const theirs = [registered({ owner: 'blue' }), multivalueSet('10.0.1.9'), revision];
    for (const onConflict of ['refuse', 'replace'] as const) {
      const { store, passes } = await startLoop({
        instances: up('10.0.1.1'),
        records: [recordSetting({ onConflict })],
        sets: theirs,
      });
      const isTaken = onConflict === 'replace';
      expect(verdicts(passes)).toEqual([[isTaken ? 'approve' : 'owned-by-another']]);
      expect(store.published()).toEqual([isTaken ? '10.0.1.1' : '10.0.1.9']);
      // What the other one has on its way is rejected then.
      expect(store.sets.includes(revision)).toBe(!isTaken);
    }
  });
});

describe('a service that any Consul server may answer for', () => {
  it('is asked for at the leader where an answer is older than what was written', async () => {
    const query = { service: 'rdsproxy', consistency: 'stale' } as const;
    let reads = 0;
    const { clock, store, source } = await startLoop({
      records: [recordSetting({ query })],
      watched: (_, clock) => ({
        async read({ consistency }, signal) {
          if (consistency === 'default') return { instances: up('10.0.1.1', '10.0.1.2'), index: 13 };
          if (++reads === 1) return { instances: up('10.0.1.1', '10.0.1.2'), index: 12 };
          if (reads > 2) return await held(signal);
          // A server that lags behind.
          await clock.sleep(500, signal);
          return { instances: [...up('10.0.1.1'), instance('10.0.1.2', 'critical')], index: 11 };
        },
      }),
    });
    await clock.advance(1_000);
    expect(reads).toBe(3);
    expect(source.reads).toEqual([]);
    expect(store.calls.filter(({ kind }) => kind === 'apply')).toHaveLength(1);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });
});

describe('what somebody edits in the zone', () => {
  it.each([
    [75_000, 0],
    [200_000, 3],
  ])('in a window of %i ms is looked at %i times', async (length, looks) => {
    const { clock, store, passes, done } = await settledLoop({ instances: up('10.0.1.1'), length });
    store.sets = store.sets.filter(({ type }) => type !== 'A');
    await clock.advance(length);
    await done;
    expect(passes.filter(({ wokenBy }) => wokenBy.join() === 'look')).toHaveLength(looks);
    expect(store.published()).toEqual(looks > 0 ? ['10.0.1.1'] : []);
  });
});
