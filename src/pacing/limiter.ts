/** Has no more than so many pieces of work go on at once; the others wait for their turn, in the order they came. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function limiter(most: number): Limiter {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    // Whoever ends hands its turn on, so that nobody slips in between.
    if (busy < most) busy++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}
