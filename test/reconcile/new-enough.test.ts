import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import { SourceError } from '../../src/errors.ts';
import type { HealthSource, ServiceReading } from '../../src/ports.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startReadings } from '../support/readings.ts';
import { instance, recordSetting } from '../support/records.ts';
import { answeringSource, held } from '../support/scripted.ts';

const one = [instance('10.0.1.1')];
const two = [instance('10.0.1.1'), instance('10.0.1.2')];
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const rdsproxy = recordSetting();
const stale = recordSetting({ query: { service: 'rdsproxy', consistency: 'stale' } });
const NEVER = Number.NEGATIVE_INFINITY;

describe('an answer that something may be written for', () => {
  /** One answer, asked for at that time. */
  async function answeredAt(at: number, setting = rdsproxy) {
    const clock = fakeClock();
    await clock.advance(at);
    const source = answeringSource(clock, { instances: one, index: 10 }, held, { instances: two, index: 12 });
    const each = startReadings(clock, source, [setting]);
    await clock.advance(0);
    return { clock, source, ...each };
  }

  it('was asked for after another writer was known', async () => {
    const { readings } = await answeredAt(100);
    expect(readings.isNewEnough(rdsproxy, NEVER)).toBe(true);
    expect(readings.isNewEnough(rdsproxy, 99)).toBe(true);
    expect(readings.isNewEnough(rdsproxy, 100)).toBe(false);
    expect(readings.isNewEnough(rdsproxy, 101)).toBe(false);
  });

  it('is none that has not come, or that is an error', async () => {
    const clock = fakeClock();
    const { readings } = startReadings(clock, answeringSource(clock, lost, held));
    expect(readings.isNewEnough(rdsproxy, NEVER)).toBe(false);
    await clock.advance(0);
    expect(readings.isNewEnough(rdsproxy, NEVER)).toBe(false);
  });

  it('becomes one when it is asked for again, without the watch being disturbed', async () => {
    const { clock, source, readings, addresses, news } = await answeredAt(100);
    await clock.advance(50);
    await readings.askAgain([rdsproxy]);
    expect(readings.isNewEnough(rdsproxy, 149)).toBe(true);
    expect(addresses(rdsproxy)).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(source.reads.map(({ blocking }) => blocking?.index)).toEqual([undefined, 10, undefined]);
    expect(news).toEqual(['invocation rdsproxy.corp.internal', 'change rdsproxy.corp.internal']);
  });

  it('of any server is one only while nobody else writes', async () => {
    const { readings } = await answeredAt(100, stale);
    expect(readings.isNewEnough(stale, NEVER)).toBe(true);
    // It may not know yet what the other writer knew, however late it was asked.
    expect(readings.isNewEnough(stale, 0)).toBe(false);
  });

  it('of any server is asked for again of the leader', async () => {
    const { clock, readings } = await answeredAt(100, stale);
    await clock.advance(50);
    await readings.askAgain([stale]);
    expect(readings.isNewEnough(stale, 149)).toBe(true);
    expect(readings.isNewEnough(stale, 150)).toBe(false);
  });

  it.each([
    [9, false],
    [10, true],
    [11, true],
    [undefined, false],
  ])('of any server is one where the leader has not said more since then: index %s', async (index, isOne) => {
    const clock = fakeClock();
    const slowly = (reading: ServiceReading) => async (signal: AbortSignal) => {
      await clock.sleep(200, signal);
      return reading;
    };
    const source = answeringSource(
      clock,
      { instances: one, index: 5 },
      slowly({ instances: two, index: 10 }),
      { instances: two, index: 10 },
      slowly({ instances: one, ...(index !== undefined && { index }) }),
      held,
    );
    const { readings, addresses } = startReadings(clock, source, [stale]);
    await clock.advance(100);
    await readings.askAgain([stale]);
    await clock.advance(300);
    expect(addresses(stale)).toEqual(['10.0.1.1']);
    expect(readings.isNewEnough(stale, 99)).toBe(isOne);
    expect(readings.isNewEnough(stale, 100)).toBe(false);
  });

  it('is not older than one that something was written for', async () => {
    const clock = fakeClock();
    const answers: readonly (readonly [readonly Instance[], number])[] = [
      [two, 12],
      [one, 11],
      [two, 13],
    ];
    let at = 0;
    const source: HealthSource = {
      async read(_query, signal) {
        const [instances = [], index = 0] = answers[at++] ?? [];
        if (index === 0) return await held(signal);
        await clock.sleep(10, signal);
        return { instances, index };
      },
    };
    const { readings, addresses } = startReadings(clock, source, [stale]);
    await clock.advance(10);
    readings.actedOn(stale);
    expect(readings.isNewEnough(stale, NEVER)).toBe(true);
    await clock.advance(10);
    expect(addresses(stale)).toEqual(['10.0.1.1']);
    expect(readings.isNewEnough(stale, NEVER)).toBe(false);
    await clock.advance(10);
    expect(readings.isNewEnough(stale, NEVER)).toBe(true);
  });
});
