import { Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { INSTALL_TIMEOUT, type Moto, startMoto } from '../real-parts/python.ts';
import { MOTO_LAXITIES } from './moto-laxities.ts';
import { route53Contract } from './route53.contract.ts';

/** The contract against an implementation of somebody else's: what fails there must be known, and must fail. */
describe('Route 53 at moto', () => {
  let moto: Moto | undefined;
  let unavailable: string | undefined;
  const lax = new Set(MOTO_LAXITIES.flatMap(({ tests }) => tests));
  const seen = new Set<string>();

  beforeAll(async () => {
    const started = await startMoto('us-east-1');
    if ('unavailable' in started) unavailable = started.unavailable;
    else moto = started;
  }, INSTALL_TIMEOUT);
  afterAll(() => moto?.close());
  beforeEach((context: TestContext) => {
    if (unavailable) context.skip(unavailable);
    seen.add(context.task.name);
    // As with it.fails: when moto becomes stricter, the test says so, and its entry can go.
    if (lax.has(context.task.name)) Object.assign(context.task, { fails: true });
  });

  // A connection that cannot be made would pass for an expected failure.
  it('is reached', async () => {
    const answer = await fetch(`${moto?.url}/moto-api/data.json`);
    expect(answer.status).toBe(200);
  });

  describe('the contract', () => {
    route53Contract({
      disposable: true,
      available: () => moto !== undefined,
      client: () =>
        new Route53Client({
          region: 'us-east-1',
          endpoint: moto?.url ?? '',
          credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
          maxAttempts: 1,
        }),
    });
  });

  it('has no laxity listed that no test looks at', () => {
    expect([...lax].filter((name) => !seen.has(name))).toEqual([]);
  });
});
