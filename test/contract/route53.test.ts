import { Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import { route53Contract } from './route53.contract.ts';

// Set, for example, to an emulator's address: ROUTE53_CONTRACT_ENDPOINT=http://127.0.0.1:5000
const endpoint = process.env['ROUTE53_CONTRACT_ENDPOINT'] || undefined;

describe(`Route 53 at ${endpoint ?? 'the embedded stand-in'}`, () => {
  let server: Route53Server | undefined;

  beforeAll(async () => {
    if (endpoint === undefined) server = await startRoute53();
  });
  afterAll(() => server?.close());

  route53Contract({
    client: () =>
      new Route53Client({
        region: 'us-east-1',
        endpoint: endpoint ?? server?.url ?? '',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
        // Another endpoint may throttle.
        maxAttempts: endpoint === undefined ? 1 : 10,
      }),
  });
});
