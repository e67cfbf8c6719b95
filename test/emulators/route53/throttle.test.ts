import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { Throttle, TokenBucket } from '../../../emulators/route53/throttle.ts';
import { createOf, start } from './support.ts';

/** A clock that stands still until it is moved. */
function clock(): { now: () => number; advance: (ms: number) => void } {
  let at = Date.UTC(2026, 7, 1);
  return {
    now: () => at,
    advance: (ms) => {
      at += ms;
    },
  };
}

describe('a token bucket', () => {
  it('gives what it holds, then what is refilled, never more than it can hold', () => {
    const { now, advance } = clock();
    const bucket = new TokenBucket({ capacity: 3, refillPerSecond: 2 }, now);
    expect([bucket.take(2), bucket.take(2), bucket.take(1), bucket.take(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    advance(499);
    expect(bucket.take(1)).toBe(false);
    advance(1);
    expect(bucket.take(1)).toBe(true);
    advance(3_600_000);
    expect([bucket.take(4), bucket.take(3)]).toEqual([false, true]);
  });

  it('loses nothing when the clock goes backwards', () => {
    const { now, advance } = clock();
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 }, now);
    advance(-60_000);
    expect(bucket.take(1)).toBe(true);
  });
});

// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
describe('throttling', () => {
  it('refuses the 51st request of a burst, and takes ten more after a second', async () => {
    const { now, advance } = clock();
    const { server, zone, client } = await start({ throttle: true, now });
    const get = () => client.send(new GetHostedZoneCommand({ Id: zone.id }));
    for (let i = 0; i < 50; i++) await get();
    await expect(get()).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    advance(1000);
    for (let i = 0; i < 10; i++) await get();
    await expect(get()).rejects.toMatchObject({ name: 'Throttling' });
    expect(server.requests.filter(({ status }) => status === 200)).toHaveLength(60);
  });

  it('takes 1,500 tokens of changes at once, and a hundred more after a second', () => {
    const { now, advance } = clock();
    const throttle = new Throttle({}, now);
    expect([throttle.admits(1_000), throttle.admits(501), throttle.admits(500), throttle.admits(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    // Requests without changes take nothing of it.
    expect(throttle.admits(0)).toBe(true);
    advance(1_000);
    expect([throttle.admits(101), throttle.admits(100), throttle.admits(1)]).toEqual([false, true, false]);
  });

  it('counts an UPSERT twice, and what is created or deleted once', async () => {
    const { now, advance } = clock();
    const { change } = await start({ throttle: { changes: { capacity: 4, refillPerSecond: 4 } }, now });
    const [one, other, third] = [createOf('10.0.0.1'), createOf('10.0.0.2'), createOf('10.0.0.3')];
    const as = (action: 'UPSERT' | 'DELETE', of: typeof one) => ({ ...of, Action: action });
    const throttled = { name: 'Throttling', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } };
    await change(one, as('UPSERT', other), third);
    await expect(change(as('DELETE', one))).rejects.toMatchObject(throttled);
    advance(1_000);
    await expect(change(as('UPSERT', one), as('UPSERT', other), as('DELETE', third))).rejects.toMatchObject(
      throttled,
    );
    await change(as('DELETE', one), as('UPSERT', other), as('DELETE', third));
  });

  it('limits changes where it is on, by default as Route 53 does', async () => {
    const { now } = clock();
    const { change } = await start({ throttle: true, now });
    const batch = (of: number, count: number) =>
      change(
        ...Array.from({ length: count }, (_, i) => createOf('10.0.0.1', `name-${of}-${i}.corp.internal`)),
      );
    for (const of of [1, 2, 3]) await batch(of, 500);
    await expect(batch(4, 1)).rejects.toMatchObject({ name: 'Throttling' });
  });

  it('limits changes apart from requests, and counts each change of a batch', async () => {
    const { now, advance } = clock();
    const { zone, change } = await start({ throttle: { changes: { capacity: 2, refillPerSecond: 1 } }, now });
    await expect(
      change(createOf('10.0.0.1'), createOf('10.0.0.2'), createOf('10.0.0.3')),
    ).rejects.toMatchObject({
      name: 'Throttling',
    });
    expect(zone.find('rdsproxy.corp.internal', 'A')).toEqual([]);
    await change(createOf('10.0.0.1'), createOf('10.0.0.2'));
    await expect(change(createOf('10.0.0.3'))).rejects.toMatchObject({ name: 'Throttling' });
    advance(1000);
    await change(createOf('10.0.0.3'));
  });

  it('is off unless it is asked for', async () => {
    const { zone, client } = await start();
    const burst = Array.from({ length: 80 }, () => client.send(new GetHostedZoneCommand({ Id: zone.id })));
    expect(await Promise.all(burst)).toHaveLength(80);
  });
});
