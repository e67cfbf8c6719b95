/**
 * Waits until a condition holds, asking every few milliseconds; never sleeps for luck.
 *
 * @param condition asked again and again; its first truthy value is returned. If it throws, that counts as "not yet".
 * @param options `within`: the deadline in milliseconds (default 10,000); `every`: the pause between two
 *   questions in milliseconds (default 10); `what`: named in the error; `signal`: ends the wait at once.
 * @throws Error when the deadline passes, with the last error of the condition as its cause; the signal's reason
 *   when it aborts.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { within?: number; every?: number; what?: string; signal?: AbortSignal } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { within = 10_000, every = 10, what = 'the condition', signal } = options;
  const deadline = performance.now() + within;
  let lastError: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | null | undefined>;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what} did not hold within ${within} ms`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
