import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenBucket } from '../../src/pacing/token-bucket.ts';

describe('a token bucket', () => {
  it('gives the burst at once, then one token every so often', () => {
    const bucket = tokenBucket({ burst: 2, every: 100 });
    const taken: number[] = [];
    for (let now = 0; now <= 300; now += 10) {
      if (bucket.readyAt(now) > now) continue;
      bucket.take(now);
      taken.push(now);
    }
    expect(taken).toEqual([0, 0 + 10, 100, 200, 300]);
  });

  it('says when the next token is there', () => {
    const bucket = tokenBucket({ burst: 1, every: 100 });
    bucket.take(0);
    expect(bucket.readyAt(0)).toBe(100);
    expect(bucket.readyAt(40)).toBe(100);
    expect(bucket.readyAt(250)).toBe(250);
  });

  it('lends a token to whoever cannot wait, and makes the next one wait for it', () => {
    const bucket = tokenBucket({ burst: 1, every: 100 });
    bucket.take(0);
    bucket.take(0);
    expect(bucket.readyAt(0)).toBe(200);
  });

  it('counts from when somebody else may have emptied it, and no further back than it knows better', () => {
    const bucket = tokenBucket({ burst: 10, every: 100 });
    bucket.wasEmpty(0, 300);
    expect(bucket.readyAt(300, 3)).toBe(300);
    expect(bucket.readyAt(300, 4)).toBe(400);
    bucket.take(300, 3);
    bucket.wasEmpty(0, 300);
    expect(bucket.readyAt(300)).toBe(400);
  });

  it('gives several at once, as soon as they are there', () => {
    const bucket = tokenBucket({ burst: 10, every: 100 });
    bucket.take(0, 8);
    expect(bucket.readyAt(0, 2)).toBe(0);
    expect(bucket.readyAt(0, 5)).toBe(300);
    expect(bucket.readyAt(250, 5)).toBe(300);
    bucket.take(300, 5);
    expect(bucket.readyAt(300)).toBe(400);
  });

  it('is full again for who wants more than it holds', () => {
    const bucket = tokenBucket({ burst: 10, every: 100 });
    expect(bucket.readyAt(0, 1_000)).toBe(0);
    bucket.take(0);
    expect(bucket.readyAt(0, 1_000)).toBe(100);
  });

  it('asks nothing of who wants none', () => {
    const bucket = tokenBucket({ burst: 1, every: 100 });
    bucket.take(0, 0);
    expect(bucket.readyAt(0)).toBe(0);
    bucket.take(0, 3);
    expect(bucket.readyAt(0)).toBe(300);
  });

  it('never gives more than the burst and what time has brought since, in any order of calls', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.nat({ max: 3_000 }), { maxLength: 200 }),
        (burst, every, pauses) => {
          const bucket = tokenBucket({ burst, every });
          let now = 0;
          const taken: number[] = [];
          for (const pause of pauses) {
            now += pause;
            // Whoever asks when it is ready, and comes back then, gets it.
            const readyAt = bucket.readyAt(now);
            if (readyAt > now && pause % 2 === 0) continue;
            now = Math.max(now, readyAt);
            bucket.take(now);
            taken.push(now);
          }
          for (const [index, from] of taken.entries()) {
            for (const [count, to] of taken.slice(index).entries()) {
              // A token that is ready to the last digit may be early by a rounding error.
              expect(count + 1).toBeLessThanOrEqual(burst + (to - from) / every + 1e-6);
            }
          }
        },
      ),
    );
  });

  it('makes nobody wait longer than one interval who has not overdrawn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat({ max: 300 })), (burst, pauses) => {
        const bucket = tokenBucket({ burst, every: 100 });
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const wait = bucket.readyAt(now) - now;
          expect(wait).toBeLessThanOrEqual(100);
          if (wait <= 0) bucket.take(now);
        }
      }),
    );
  });
});
