import { expect, it, onTestFinished } from 'vitest';
import { createHandler } from '../../handlers/update.ts';
import { startHttpServer } from '../support/http-server.ts';
import { context, records, startRoute53Side } from '../support/stack.ts';

it('the result of many records is cut for Lambda, and whole for who does not get it from there', async () => {
  const side = await startRoute53Side();
  onTestFinished(() => side.close());
  const { url } = await startHttpServer(() => ({
    body: [
      {
        Node: { Node: 'node-1', Address: '10.0.0.1' },
        Service: { ID: 'rdsproxy', Service: 'rdsproxy' },
        Checks: [],
      },
    ],
  }));
  const names = Array.from({ length: 600 }, (_, i) => ({ name: `name-${i}.corp.internal` }));
  const resultOf = (wholeResult: boolean) =>
    createHandler({
      env: { CONSUL_HTTP_ADDR: url, HOSTED_ZONE_ID: side.zone.id, RECORDS: records(...names) },
      log: () => undefined,
      wholeResult,
      route53: {
        endpoint: side.route53.url,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' },
      },
    })({ action: 'plan' }, context(60_000));
  const cut = await resultOf(false);
  expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(250_000);
  const whole = await resultOf(true);
  expect(whole.records).toHaveLength(600);
  expect(whole).not.toHaveProperty('moreRecords');
  expect(cut.records.length + (cut.moreRecords ?? 0)).toBe(600);
});
