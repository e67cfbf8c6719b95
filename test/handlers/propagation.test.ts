import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHandler } from '../../handlers/update.ts';
import type { MetricValue } from '../../src/report/metrics.ts';
import { context, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
});
afterEach(() => stack.close());

const questions = () => stack.route53.requests.filter(({ operation }) => operation === 'GetChange');
const lineOf = (text: string) => stack.log.find(({ message }) => message.includes(text));

it('follows a change beside the window, and tells when it is on all DNS servers', async () => {
  const end = new AbortController();
  const values: MetricValue[] = [];
  const handler = createHandler({
    env: {
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      RECORDS: '[{"service": "rdsproxy", "name": "rdsproxy.corp.internal"}]',
    },
    log: (level, message, fields) => void stack.log.push({ level, message, fields }),
    metrics: (all) => void values.push(...all),
    route53: {
      endpoint: stack.route53.url,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'planted-s3cret' },
    },
  });
  const done = handler({}, context(60_000, end.signal));
  await until(() => lineOf("is on all of Route 53's DNS servers") !== undefined);
  end.abort();
  expect(await done).toMatchObject({ outcome: 'changed' });
  expect(lineOf("is on all of Route 53's DNS servers")).toMatchObject({
    level: 'info',
    fields: { zoneId: stack.zone.id, status: 'INSYNC', propagationMs: expect.any(Number) },
  });
  expect(values.filter(({ name }) => name === 'PropagationMs')).toMatchObject([{ unit: 'Milliseconds' }]);
});

it('says once which right is missing, and follows Consul all the same', async () => {
  stack.route53.faults.add({ kind: 'access-denied', operation: 'GetChange' });
  const end = new AbortController();
  const done = stack.function({ WATCH_SECONDS: '60' })({}, context(60_000, end.signal));
  await until(() => lineOf('route53:GetChange') !== undefined);
  await stack.setStatus('10.0.1.1', 'critical');
  await stack.register('10.0.1.2');
  await until(() => stack.published().includes('10.0.1.2'));
  end.abort();
  expect(await done).toMatchObject({ outcome: 'changed' });
  expect(lineOf('route53:GetChange')).toMatchObject({
    level: 'warn',
    message: expect.stringMatching(/Give the role route53:GetChange on arn:aws:route53:::change\/\*/),
  });
  expect(questions()).toHaveLength(1);
});

it('asks nothing where the run ends with its change', async () => {
  await stack.function({ WATCH_SECONDS: '0' })({}, context());
  expect(stack.changeCalls()).toBe(1);
  expect(questions()).toEqual([]);
});
