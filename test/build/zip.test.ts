import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import type { RunReport } from '../../src/report/run-report.ts';
import { packageOfMany, shippedPackage } from '../deploy/packages.ts';
import { asParams, copyProject, type Packaged, type Project } from '../deploy/sls.ts';
import { INSTALL_TIMEOUT, lambdaNode, NODES, type NodeBinary } from '../real-parts/lambda-node.ts';
import { EVERY_MINUTE, NAME, type Stack, startStack } from '../support/stack.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: INSTALL_TIMEOUT });

/**
 * What Lambda's runtime does, in short: load the handler by its name, from the first file of that name that there is,
 * and hand it an event with a context.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/UserFunction.js
 */
const RUNTIME = `
const { existsSync } = require('node:fs');
const [file, name] = process.env._HANDLER.split('.');
const path = process.env.LAMBDA_TASK_ROOT + '/' + file;
const extension = ['', '.js', '.mjs', '.cjs'].find((each) => existsSync(path + each));
const loading = import(path + extension);
process.once('message', async ({ event, milliseconds }) => {
  const handler = (await loading)[name];
  const end = performance.now() + milliseconds;
  const context = { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
  const answer = await handler(event, context).catch((error) => ({ error: error.message }));
  const { maxRSS } = process.resourceUsage();
  process.send({ answer, maxRSS }, () => process.disconnect());
});`;

interface Invocation {
  readonly answer: RunReport;
  /** Kilobytes. */
  readonly maxRSS: number;
  readonly log: string;
  readonly errors: string;
}

let project: Project;
let stack: Stack;
let folder: string;
beforeAll(async () => {
  // The Node of Lambda may have to be downloaded, which each test is to find done.
  [project, stack, folder] = await Promise.all([
    copyProject(),
    startStack(),
    mkdtemp(join(tmpdir(), 'task-')),
    lambdaNode(),
  ]);
});
afterAll(async () => {
  await Promise.all([project?.close(), stack?.close()]);
  await rm(folder, { recursive: true, force: true });
});

const consulAddr = () => stack.consul.agents.map(({ url }) => url).join();

/** What Lambda's environment has beside the function's variables, and where Route 53's stand-in is. */
const surroundings = () => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
  AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

/** Skips the test where there is no such Node. */
function binOf(node: NodeBinary, { skip }: TestContext): string {
  return 'bin' in node ? node.bin : skip(node.unavailable);
}

/** Unpacks the zip into an empty folder. @returns what the template says of the function. */
async function unpack(packaged: Packaged, task: string): Promise<Readonly<Record<string, unknown>>> {
  await packaged.unpack(task);
  return (await packaged.resources())['UpdateLambdaFunction']?.Properties ?? {};
}

/**
 * Invokes the function once, in a process that has nothing of this one, with what the template says; but it is told where the
 * stand-ins are.
 */
async function invoke(
  task: string,
  properties: Readonly<Record<string, unknown>>,
  event: object,
  { node = process.execPath, env = {} }: { node?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Invocation> {
  const runtime = join(folder, 'runtime.cjs');
  await writeFile(runtime, RUNTIME);
  const { Variables } = properties['Environment'] as { Variables: Record<string, string> };
  const child = fork(runtime, {
    cwd: task,
    execPath: node,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...Variables,
      ...{ CONSUL_HTTP_ADDR: consulAddr(), HOSTED_ZONE_ID: stack.zone.id },
      ...surroundings(),
      ...env,
      _HANDLER: String(properties['Handler']),
      LAMBDA_TASK_ROOT: task,
    },
  });
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')));
  const ended = once(child, 'close');
  child.send({ event, milliseconds: Number(properties['Timeout']) * 1_000 });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Omit<Invocation, 'log'>];
  await ended;
  const [log = '', errors = ''] = await output;
  return { ...message, log, errors };
}

/** Without what asks Consul for more than the stand-in has: a login, a client certificate, a namespace. */
const BARE = {
  ...{ CONSUL_AUTH_METHOD: '', CONSUL_AUTH_SERVER_ID: '', CONSUL_TLS_SERVER_NAME: '' },
  ...{ CONSUL_CLIENT_CERT_SSM: '', CONSUL_CLIENT_KEY_SECRET: '' },
  ...{
    CONSUL_NAMESPACE: '',
    CONSUL_PARTITION: '',
    CONSUL_DATACENTER: '',
    CONSUL_CONSISTENCY: '',
    CONSUL_MAX_STALE: '',
  },
};

it('sls invoke local runs the handler', async () => {
  const site = asParams({ consulAddr: consulAddr(), hostedZoneId: stack.zone.id });
  const args = ['invoke', 'local', '--function', 'update', '--data', '{"action":"plan"}', ...site];
  const { stdout } = await project.sls(args, surroundings());
  // Lines of the function's log come first.
  expect(JSON.parse(stdout.slice(stdout.search(/^\{$/m)))).toMatchObject({
    action: 'plan',
    records: [{ name: NAME }],
  });
});

describe('the packaged zip, unpacked and run as Lambda would', () => {
  let properties: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    properties = await unpack(await shippedPackage(), join(folder, 'as-shipped'));
  });

  it.for(NODES)('brings the record up to date, with $which', async ({ find }, context) => {
    const node = binOf(await find(), context);
    const task = join(folder, 'as-shipped');
    expect(await readdir(task)).toEqual(['dist']);
    expect((await readdir(join(task, 'dist'))).filter((file) => !file.endsWith('.cjs'))).toEqual([
      'NOTICES.txt',
      'update.mjs',
    ]);
    const address = `10.0.1.${stack.published().length + 1}`;
    await stack.register(address);

    const planned = await invoke(task, properties, { action: 'plan' }, { node });
    expect(planned).toMatchObject({ answer: { outcome: 'planned' }, errors: '' });
    expect(stack.published()).not.toContain(address);

    // A window of a minute would be too long for a test; the rest is as deployed.
    const applied = await invoke(task, properties, EVERY_MINUTE, { node, env: { WATCH_SECONDS: '1' } });
    expect(applied).toMatchObject({ answer: { outcome: 'changed', action: 'apply' }, errors: '' });
    expect(applied.log).toContain(`${NAME} A changed: add ${address}`);
    expect(stack.published()).toContain(address);
    const examined = await invoke(task, properties, { action: 'doctor' }, { node });
    expect(examined).toMatchObject({ answer: { action: 'doctor', outcome: 'ok' }, errors: '' });
    expect(applied.maxRSS / 1_024).toBeLessThan(Number(properties['MemorySize']) * 0.75);
  });

  it('finds the records and the certificate that are packaged beside it', async () => {
    const task = join(folder, 'files');
    const withFiles = await unpack(await packageOfMany(), task);
    const { answer, errors } = await invoke(task, withFiles, { action: 'plan' }, { env: BARE });
    expect(errors).toBe('');
    expect(answer.records.map(({ name }) => name)).toContain('r69.corp.internal');
    await rm(join(task, 'certs'), { recursive: true });
    expect((await invoke(task, withFiles, { action: 'plan' }, { env: BARE })).answer).toMatchObject({
      error: expect.stringContaining(
        'CONSUL_CACERT names the file certs/consul-ca.pem, which cannot be read',
      ),
    });
  });
});
