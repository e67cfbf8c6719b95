import { describe, expect, it } from 'vitest';
import { inParallel } from '../../src/pacing/in-parallel.ts';

/** Work that ends when it is told to. */
function work() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    begun,
    do: (item: string) =>
      new Promise<string>((resolve, reject) => {
        begun.push(item);
        ends.set(item, (error) => (error ? reject(error) : resolve(item.toUpperCase())));
      }),
    async end(item: string, error?: Error): Promise<void> {
      ends.get(item)?.(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('work side by side', () => {
  it('is begun on no more items than allowed, on the next one as soon as one is done', async () => {
    const { begun, end, ...its } = work();
    const all = inParallel(['a', 'b', 'c', 'd'], 2, its.do);
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('d');
    await end('a');
    expect(await all).toEqual(['A', 'B', 'C', 'D']);
  });

  it('is done when there are fewer items than allowed, or none', async () => {
    expect(await inParallel([1, 2], 5, async (item) => item * 2)).toEqual([2, 4]);
    expect(await inParallel([], 5, async () => 1)).toEqual([]);
  });

  it('rejects with the first error, and begins nothing after it', async () => {
    const { begun, end, ...its } = work();
    const all = inParallel(['a', 'b', 'c', 'd'], 2, its.do);
    all.catch(() => undefined);
    await end('a', new Error('no'));
    await end('b');
    expect(begun).toEqual(['a', 'b']);
    await expect(all).rejects.toThrow('no');
  });
});
