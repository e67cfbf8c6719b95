import { describe, expect, it } from 'vitest';
import { until } from './until.ts';

describe('until', () => {
  it('returns the first truthy value', async () => {
    let asked = 0;
    expect(await until(() => (++asked === 3 ? 'third' : undefined), { every: 1 })).toBe('third');
  });

  it('counts an error as "not yet" and keeps the last one as the cause', async () => {
    const refused = new Error('refused');
    const attempt = until(() => Promise.reject(refused), { within: 20, every: 1, what: 'a connection' });
    await expect(attempt).rejects.toMatchObject({
      message: 'a connection did not hold within 20 ms',
      cause: refused,
    });
  });

  it('ends with the reason of a signal that aborts', async () => {
    const stop = new AbortController();
    const attempt = until(() => void stop.abort(new Error('enough')), { every: 1, signal: stop.signal });
    await expect(attempt).rejects.toThrow('enough');
  });
});
