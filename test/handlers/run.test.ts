import { describe, expect, it } from 'vitest';
import { run } from '../../handlers/run.ts';
import type { RecordStore } from '../../src/ports.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { instance, recordSetting } from '../support/records.ts';
import { answeringSource, scriptedStore } from '../support/scripted.ts';
import { context } from '../support/stack.ts';

const records = [recordSetting({ zoneId: 'Z1' }), recordSetting({ zoneId: 'Z2' })];
const broken = (message: string): RecordStore => ({
  ...scriptedStore(fakeClock()),
  read: () => Promise.reject(new TypeError(message)),
});

function runOn(stores: Readonly<Record<string, RecordStore>>) {
  return run(
    {
      settings: { records, watchSeconds: 0 },
      source: answeringSource(fakeClock(), { instances: [instance('10.0.1.1')] }),
      storeOf: (zoneId) => stores[zoneId] ?? broken(`no store for ${zoneId}`),
    },
    { action: 'apply', force: false },
    context(),
    new AbortController().signal,
    () => undefined,
  );
}

describe('a fault of ours in one zone', () => {
  it('lets the others finish, and is thrown then', async () => {
    const clock = fakeClock();
    const sound = scriptedStore(clock, 1_000);
    let settled = false;
    const running = runOn({ Z1: broken('undefined is not a function'), Z2: sound }).finally(() => {
      settled = true;
    });
    running.catch(() => undefined);
    await clock.advance(500);
    expect(settled).toBe(false);
    await clock.advance(500);
    await expect(running).rejects.toThrow(new TypeError('undefined is not a function'));
    expect(sound.published()).toEqual(['10.0.1.1']);
  });

  it('does not hide that of another', async () => {
    const error: unknown = await runOn({ Z1: broken('one'), Z2: broken('two') }).catch((caught) => caught);
    expect(error).toMatchObject({ name: 'AggregateError', message: 'TypeError: one; TypeError: two' });
  });
});
