import { expect, it } from 'vitest';
import { limiter } from '../../src/pacing/limiter.ts';

/** Work that ends when it is told to. */
function work() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    begun,
    do: (item: string) => () =>
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

it('lets no more through at once than it may, and the others in the order in which they came', async () => {
  const { begun, end, ...its } = work();
  const limit = limiter(2);
  const all = ['a', 'b', 'c', 'd'].map((item) => limit(its.do(item)));
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('a');
  await end('d');
  await end('c');
  expect(await Promise.all(all)).toEqual(['A', 'B', 'C', 'D']);
});

it('gives the turn of what failed to the next one, and says what failed', async () => {
  const { begun, end, ...its } = work();
  const limit = limiter(1);
  const first = limit(its.do('a'));
  const second = limit(its.do('b'));
  first.catch(() => undefined);
  await end('a', new Error('no'));
  await expect(first).rejects.toThrow('no');
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(await second).toBe('B');
});

it('has room again when all is done', async () => {
  const { begun, end, ...its } = work();
  const limit = limiter(1);
  for (const item of ['a', 'b', 'c']) {
    const done = limit(its.do(item));
    expect(begun.at(-1)).toBe(item);
    await end(item);
    expect(await done).toBe(item.toUpperCase());
  }
});

it('lets nobody slip in between who comes while a turn is handed on', async () => {
  const { begun, end, ...its } = work();
  const limit = limiter(1);
  const first = limit(its.do('a'));
  const second = limit(its.do('b'));
  const late = first.then(() => limit(its.do('late')));
  await end('a');
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  await end('late');
  expect(await Promise.all([first, second, late])).toEqual(['A', 'B', 'LATE']);
});
