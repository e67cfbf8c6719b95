import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext, vi } from 'vitest';
import { METRIC_NAMES, METRIC_NAMESPACE, ONLY_IN_LOG } from '../../src/report/metric-names.ts';
import { shippedPackage } from '../deploy/packages.ts';
import type { Packaged } from '../deploy/sls.ts';
import { BUILD_TIMEOUT, type LambdaParts, lambdaParts } from '../real-parts/lambda-runtime.ts';
import { type LambdaSandbox, startSandbox } from '../support/lambda-sandbox.ts';
import { startRelay } from '../support/relay.ts';
import { EVERY_MINUTE, NAME, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: BUILD_TIMEOUT });

let parts: LambdaParts | { readonly unavailable: string };
let packaged: Packaged;
let task: string;
beforeAll(async () => {
  [parts, packaged, task] = await Promise.all([
    lambdaParts(),
    shippedPackage(),
    mkdtemp(join(tmpdir(), 'task-')),
  ]);
  await packaged.unpack(task);
});
afterAll(() => rm(task, { recursive: true, force: true }));

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
  return () => stack.close();
});

/** The packaged function as it is deployed, but for where the stand-ins are and how long it may take. */
async function sandbox(
  { skip, onTestFinished }: TestContext,
  { timeout = 20, ...own }: { readonly timeout?: number; readonly [name: string]: string | number } = {},
): Promise<LambdaSandbox> {
  if ('unavailable' in parts) return skip(parts.unavailable);
  const properties = (await packaged.resources())['UpdateLambdaFunction']?.Properties ?? {};
  const { Variables } = properties['Environment'] as { Variables: Record<string, string> };
  const started = await startSandbox(parts, {
    ...{ task, handler: String(properties['Handler']), timeout },
    env: {
      ...Variables,
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      WATCH_SECONDS: '1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
      ...own,
    },
  });
  onTestFinished(() => started.close());
  return started;
}

/** What an embedded metric is in CloudWatch: its directive, and the fields that it names. */
interface Embedded {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [field: string]: unknown;
}

describe("in Lambda's own runtime", () => {
  it('an invocation brings the record up to date, and each line of its log is one object', async (context) => {
    const lambda = await sandbox(context);
    const { status, body } = await lambda.invoke(EVERY_MINUTE);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ action: 'apply', outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1']);
    const lines = lambda.lines().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`${NAME} A changed: add 10.0.1.1`),
    );

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    const embedded = lines.filter((line): line is Record<string, unknown> & Embedded => '_aws' in line);
    const names = new Set<string>();
    for (const line of embedded) {
      expect(Math.abs(Date.now() - line._aws.Timestamp)).toBeLessThan(60_000);
      for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
        expect(Namespace).toBe(METRIC_NAMESPACE);
        for (const dimension of Dimensions.flat()) expect(line[dimension]).toEqual(expect.any(String));
        for (const { Name, Unit } of Metrics) {
          names.add(Name);
          expect(['Count', 'Milliseconds']).toContain(Unit);
          const values = [line[Name]].flat();
          expect(values.length).toBeLessThanOrEqual(100);
          for (const value of values) expect(value).toEqual(expect.any(Number));
        }
      }
    }
    const { held, addressNotAllowed, runs } = METRIC_NAMES;
    for (const name of [held, addressNotAllowed, runs]) expect(names).toContain(name);
    for (const name of names) expect(ONLY_IN_LOG).not.toContain(name);
  });

  it('a warm one finds its way after the process stood still and its connection died without a word', async (context) => {
    const relay = await startRelay(stack.route53.url, () => 0);
    context.onTestFinished(() => relay.close());
    const lambda = await sandbox(context, { AWS_ENDPOINT_URL_ROUTE_53: relay.url });
    await lambda.invoke(EVERY_MINUTE);
    await lambda.freeze();
    const since = performance.now();
    const dead = relay.hold('/rrset');
    await stack.setStatus('10.0.1.1', 'critical');
    await stack.register('10.0.1.2');
    // Longer than the window: whatever waits in the process is overdue.
    await until(() => performance.now() - since > 2_000);
    await lambda.thaw();
    const { body } = await lambda.invoke(EVERY_MINUTE);
    expect(JSON.parse(body)).toMatchObject({ outcome: 'changed' });
    expect(dead.since).toBeDefined();
    expect(stack.published()).toEqual(['10.0.1.2']);
    // The zone was known: it is the same process.
    expect(stack.route53.requests.filter(({ operation }) => operation === 'GetHostedZone')).toHaveLength(1);
  });

  it('a failed one is an error of Lambda that says which record failed, and why', async (context) => {
    const lambda = await sandbox(context);
    stack.route53.faults.add({ kind: 'access-denied', operation: 'ChangeResourceRecordSets' });
    const { body } = await lambda.invoke(EVERY_MINUTE);
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'RunFailedError',
      errorMessage: expect.stringMatching(
        /^rdsproxy\.corp\.internal A failed \(access-denied\): changing the records of the hosted zone/,
      ),
    });
    expect(lambda.lines().some((line) => line.includes('"level":"ERROR"'))).toBe(true);
  });

  it('one whose time runs out reports before it does', async (context) => {
    const lambda = await sandbox(context, { timeout: 4, WATCH_SECONDS: '75' });
    stack.route53.faults.add({ kind: 'hang', operation: 'ListResourceRecordSets' });
    const { body } = await lambda.invoke(EVERY_MINUTE);
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'RunFailedError',
      errorMessage: expect.stringContaining('(deadline)'),
    });
  });

  it('one that Lambda ends leaves a function that goes on', async (context) => {
    const lambda = await sandbox(context, { timeout: 3 });
    await lambda.invoke(EVERY_MINUTE);
    await lambda.freeze();
    expect((await lambda.invoke(EVERY_MINUTE)).body).toMatch(/Task timed out after 3\.00 seconds/);
    await stack.setStatus('10.0.1.1', 'critical');
    await stack.register('10.0.1.2');
    const { body } = await lambda.invoke(EVERY_MINUTE);
    expect(JSON.parse(body)).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.2']);
  });
});
