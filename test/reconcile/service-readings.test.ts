import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import type { HealthSource } from '../../src/ports.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startReadings } from '../support/readings.ts';
import { instance, recordSetting } from '../support/records.ts';
import { answeringSource, held, scriptedSource } from '../support/scripted.ts';

const one = [instance('10.0.1.1')];
const two = [instance('10.0.1.1'), instance('10.0.1.2')];
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const rdsproxy = recordSetting();
const reader = recordSetting({ name: 'reader.corp.internal' });
const web = recordSetting({ service: 'web', name: 'web.corp.internal' });
const db = recordSetting({ service: 'db', name: 'db.corp.internal' });
const stale = recordSetting({ query: { service: 'rdsproxy', consistency: 'stale' } });
const NEVER = Number.NEGATIVE_INFINITY;

describe('what a service says', () => {
  it('is not known at first, and then news for each record that asks for it', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    const { readings, news, addresses } = startReadings(clock, source, [rdsproxy, reader, web]);
    expect(readings.has(rdsproxy)).toBe(false);
    expect(addresses(rdsproxy)).toMatchObject({ decision: 'fail', reason: 'deadline' });
    await clock.advance(0);
    expect(readings.has(rdsproxy)).toBe(true);
    expect(news.sort()).toEqual([
      'invocation rdsproxy.corp.internal reader.corp.internal',
      'invocation web.corp.internal',
    ]);
    expect(addresses(reader)).toEqual(['10.0.1.1']);
    expect(addresses(web)).toEqual([]);
    expect(source.reads.filter(({ blocking }) => !blocking).map(({ service }) => service)).toEqual([
      'rdsproxy',
      'web',
    ]);
  });

  it('is news when it changes, is lost, and is back', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    const { news, addresses } = startReadings(clock, source);
    await clock.advance(10);
    source.set(two);
    await clock.advance(10);
    source.fail(lost);
    await clock.advance(10);
    expect(addresses(rdsproxy)).toMatchObject({ decision: 'hold', reason: 'source-unavailable' });
    source.fail(undefined);
    await clock.advance(100);
    expect(news.map((each) => each.split(' ')[0])).toEqual([
      'invocation',
      'change',
      'source-lost',
      'source-back',
    ]);
    expect(addresses(rdsproxy)).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it('is news with another index, too: another writer may have seen what was in between', async () => {
    const clock = fakeClock();
    const source = answeringSource(
      clock,
      { instances: one, index: 5 },
      { instances: one, index: 5 },
      { instances: one, index: 7 },
      held,
    );
    const { news } = startReadings(clock, source);
    await clock.advance(100);
    expect(news.map((each) => each.split(' ')[0])).toEqual(['invocation', 'change']);
  });

  it('is news with the first word, also where that is that Consul is lost', async () => {
    const clock = fakeClock();
    const { news, readings } = startReadings(clock, answeringSource(clock, lost, held));
    await clock.advance(0);
    expect(news).toEqual(['invocation rdsproxy.corp.internal']);
    expect(readings.has(rdsproxy)).toBe(true);
  });

  it('is read only once where that is asked for', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one, index: 3 });
    const { news } = startReadings(clock, source, [rdsproxy], { once: true });
    await clock.advance(60_000);
    expect(source.reads).toHaveLength(1);
    expect(news).toHaveLength(1);
  });
});

describe('asking again', () => {
  it('asks for each service once, and of the leader where any server would do', async () => {
    const clock = fakeClock();
    const asked: (string | undefined)[] = [];
    const source: HealthSource = {
      async read(query, signal, blocking) {
        if (blocking) return await held(signal);
        asked.push(`${query.service} ${query.consistency}`);
        return { instances: one, index: 1 };
      },
    };
    const consistent = { ...web, query: { service: 'web', consistency: 'consistent' } } as const;
    const records = [stale, { ...reader, query: stale.query }, consistent, db];
    const { readings } = startReadings(clock, source, records);
    await clock.advance(0);
    asked.length = 0;
    await readings.askAgain(records);
    expect(asked.sort()).toEqual(['db undefined', 'rdsproxy default', 'web consistent']);
  });

  it('does not put back what the watch has learned meanwhile', async () => {
    const clock = fakeClock();
    const never = new AbortController().signal;
    const source: HealthSource = {
      async read(_query, signal, blocking) {
        if (!blocking) {
          // What was true when it was asked, a while ago.
          const reading = { instances: two, index: 10 };
          await clock.sleep(100, never);
          return reading;
        }
        if (blocking.index > 10) return await held(signal);
        await clock.sleep(50, never);
        return { instances: one, index: 11 };
      },
    };
    const { readings, addresses } = startReadings(clock, source);
    await clock.advance(100);
    const asked = readings.askAgain([rdsproxy]);
    await clock.advance(100);
    await asked;
    expect(addresses(rdsproxy)).toEqual(['10.0.1.1']);
    // It is newer than the answer that was asked for, and so new enough.
    expect(readings.isNewEnough(rdsproxy, 99)).toBe(true);
  });

  it('in vain leaves a record in doubt, until it is answered', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one, index: 10 }, held, lost, { instances: two });
    const { readings, addresses } = startReadings(clock, source, [rdsproxy]);
    await clock.advance(0);
    expect(readings.isInDoubt(rdsproxy)).toBe(false);
    await readings.askAgain([rdsproxy]);
    expect(readings.isInDoubt(rdsproxy)).toBe(true);
    expect(addresses(rdsproxy)).toMatchObject({ decision: 'hold', reason: 'source-unavailable' });
    expect(readings.isNewEnough(rdsproxy, NEVER)).toBe(false);
    await readings.askAgain([rdsproxy]);
    expect(readings.isInDoubt(rdsproxy)).toBe(false);
    expect(addresses(rdsproxy)).toEqual(['10.0.1.1', '10.0.1.2']);
  });
});

describe('the end', () => {
  it('ends what waits at Consul', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    const { readings } = startReadings(clock, source, [rdsproxy, web]);
    await clock.advance(0);
    expect(clock.sleepers).toBe(2);
    await readings.close();
    expect(clock.sleepers).toBe(0);
  });

  it('tells of a bug of ours, at once and when it is closed', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, () => Promise.reject(new TypeError('a bug')));
    const { readings, crashes } = startReadings(clock, source);
    await clock.advance(0);
    expect(crashes()).toBe(1);
    await expect(readings.close()).rejects.toThrow('a bug');
  });

  it('tells of one that is met when it asks again, too', async () => {
    const clock = fakeClock();
    const bug = () => Promise.reject(new TypeError('a bug'));
    const { readings, crashes } = startReadings(
      clock,
      answeringSource(clock, { instances: one, index: 1 }, held, bug),
    );
    await clock.advance(0);
    await readings.askAgain([rdsproxy]);
    expect(crashes()).toBe(1);
    await expect(readings.close()).rejects.toThrow('a bug');
  });

  it('comes only when what was asked again has ended', async () => {
    const clock = fakeClock();
    const { readings, news } = startReadings(
      clock,
      answeringSource(clock, { instances: one, index: 1 }, held, held),
    );
    await clock.advance(0);
    void readings.askAgain([rdsproxy]);
    await readings.close();
    expect(news).toEqual(['invocation rdsproxy.corp.internal', 'source-lost rdsproxy.corp.internal']);
  });
});
