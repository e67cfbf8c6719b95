import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { examiner } from '../../src/doctor/examine.ts';
import { failed, ok } from '../../src/doctor/finding.ts';
import { until } from '../support/until.ts';

const never = () => new Promise<never>(() => {});
const overdue = () => failed('It hangs.', 'Look.');
const LEG = { leg: 'consul-tcp', subject: 'a', within: 20, overdue } as const;

describe('an examination', () => {
  it('is measured', async () => {
    let now = 5;
    const examine = examiner({ now: () => now }, new AbortController().signal);
    const leg = await examine(LEG, async () => {
      now += 7;
      return ok('Well.');
    });
    expect(leg).toEqual({ leg: 'consul-tcp', subject: 'a', verdict: 'ok', message: 'Well.', ms: 7 });
  });

  it('that hangs is named, also where it cannot be ended', async () => {
    const examine = examiner(performance, new AbortController().signal);
    expect(await examine(LEG, never)).toMatchObject({ verdict: 'failed', message: 'It hangs.' });
  });

  it('that hangs is named, also where memory is tidied meanwhile', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const examine = examiner(performance, AbortSignal.timeout(30_000));
    const leg = examine({ ...LEG, within: 200 }, never);
    let isOver = false;
    leg.then(() => {
      isOver = true;
    });
    await until(() => {
      collectGarbage();
      return isOver;
    });
    expect(await leg).toMatchObject({ verdict: 'failed', message: 'It hangs.' });
  });

  it('that is not finished when all time is used up says so', async () => {
    const whole = new AbortController();
    const examine = examiner(performance, whole.signal);
    const leg = examine({ ...LEG, within: 60_000 }, never);
    whole.abort();
    expect((await leg).message).toMatch(/not finished when the time of the doctor was used up/);
  });

  it('that breaks has failed', async () => {
    const examine = examiner(performance, new AbortController().signal);
    const leg = await examine(LEG, () => Promise.reject(new TypeError('oops')));
    expect(leg).toMatchObject({
      verdict: 'failed',
      message: 'It could not be examined (TypeError: oops).',
    });
  });
});
