/**
 * Works on items side by side, but on no more than so many at once.
 *
 * @returns the results in the order of the items. Rejects with the first error; then no further item is begun.
 */
export async function inParallel<T, R>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items].entries();
  let failed = false;
  async function worker(): Promise<void> {
    for (const [index, item] of queue) {
      if (failed) return;
      results[index] = await work(item);
    }
  }
  const workers = Array.from({ length: most }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
  return results;
}
