const LEFT_OUT = 'is left out of the bundle (see build/bundle/replacements.ts).';

/** Stands in for a class that nothing uses. It may be constructed, no more. */
export class Unused {
  constructor() {
    // biome-ignore lint/correctness/noConstructorReturn: whoever uses it nevertheless must hear of it at once.
    return new Proxy(this, {
      get(_, property) {
        throw new Error(`${String(property)} ${LEFT_OUT}`);
      },
    });
  }
}

/** Stands in for a function that nothing calls. */
export function unused(): never {
  throw new Error(`This part of a package ${LEFT_OUT}`);
}
