import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunReport } from '../../src/report/run-report.ts';
import { CERTIFICATE } from '../deploy/site.ts';
import { copyProject, type Project } from '../deploy/sls.ts';
import { EVERY_MINUTE, NAME, type Stack, startStack } from '../support/stack.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What Lambda's runtime does, in short: load the handler by its name, and hand it an event with a context. */
const RUNTIME = `
const [file, name] = process.env._HANDLER.split('.');
const handler = require(process.env.LAMBDA_TASK_ROOT + '/' + file + '.cjs')[name];
process.once('message', async ({ event, milliseconds }) => {
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
  [project, stack, folder] = await Promise.all([
    copyProject(),
    startStack(),
    mkdtemp(join(tmpdir(), 'task-')),
  ]);
});
afterAll(async () => {
  await Promise.all([project?.close(), stack?.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** Packages with the stand-ins' addresses as parameters, and unpacks the zip into an empty folder. */
async function unpack(
  task: string,
  params: readonly string[] = [],
): Promise<Readonly<Record<string, unknown>>> {
  const consulAddr = stack.consul.agents.map(({ url }) => url).join();
  const own = [`--param=consulAddr=${consulAddr}`, `--param=hostedZoneId=${stack.zone.id}`, ...params];
  await project.sls(['package', ...own]);
  for (const [name, bytes] of Object.entries(unzipSync(await readFile(project.zip)))) {
    await mkdir(dirname(join(task, name)), { recursive: true });
    await writeFile(join(task, name), bytes);
  }
  return (await project.resources())['UpdateLambdaFunction']?.Properties ?? {};
}

/** Invokes the function once, in a process that has nothing of this one, with what the template says. */
async function invoke(
  task: string,
  properties: Readonly<Record<string, unknown>>,
  event: object,
  own: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  const runtime = join(folder, 'runtime.cjs');
  await writeFile(runtime, RUNTIME);
  const { Variables } = properties['Environment'] as { Variables: Record<string, string> };
  const child = fork(runtime, {
    cwd: task,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...Variables,
      ...own,
      _HANDLER: String(properties['Handler']),
      LAMBDA_TASK_ROOT: task,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')));
  const exited = once(child, 'exit');
  child.send({ event, milliseconds: Number(properties['Timeout']) * 1_000 });
  const [message] = (await Promise.race([once(child, 'message'), exited])) as [Omit<Invocation, 'log'>];
  await exited;
  const [log = '', errors = ''] = await output;
  return { ...message, log, errors };
}

describe('the packaged zip, unpacked and run as Lambda would', () => {
  it('brings the record up to date, within the memory that the template gives it', async () => {
    const task = join(folder, 'inline');
    const properties = await unpack(task);
    expect(await readdir(task)).toEqual(['dist']);
    expect((await readdir(join(task, 'dist'))).filter((file) => !file.endsWith('.cjs'))).toEqual([]);
    await stack.register('10.0.1.1');

    const planned = await invoke(task, properties, { action: 'plan' });
    expect(planned).toMatchObject({ answer: { outcome: 'planned' }, errors: '' });
    expect(stack.published()).toEqual([]);

    // A window of a minute would be too long for a test; the rest is as deployed.
    const applied = await invoke(task, properties, EVERY_MINUTE, { WATCH_SECONDS: '1' });
    expect(applied).toMatchObject({ answer: { outcome: 'changed', action: 'apply' }, errors: '' });
    expect(applied.log).toContain(`${NAME} A changed: add 10.0.1.1`);
    expect(stack.published()).toEqual(['10.0.1.1']);
    const examined = await invoke(task, properties, { action: 'doctor' });
    expect(examined).toMatchObject({ answer: { action: 'doctor', outcome: 'ok' }, errors: '' });
    expect(applied.maxRSS / 1_024).toBeLessThan(Number(properties['MemorySize']) * 0.75);
  });

  it('finds records that are packaged as a file', async () => {
    const records = Array.from({ length: 70 }, (_, i) => ({
      service: 'rdsproxy',
      name: `r${i}.corp.internal`,
    }));
    await writeFile(join(project.folder, 'records.json'), JSON.stringify(records));
    const task = join(folder, 'file');
    const properties = await unpack(task);
    const { answer, errors } = await invoke(task, properties, { action: 'plan' });
    expect(errors).toBe('');
    expect(answer.records.map(({ name }) => name)).toContain('r69.corp.internal');
  });

  it('finds a certificate that is packaged beside it', async () => {
    await mkdir(join(project.folder, 'certs'));
    await writeFile(join(project.folder, 'certs/consul-ca.pem'), CERTIFICATE);
    const task = join(folder, 'certificate');
    const properties = await unpack(task, ['--param=consulCaCert=certs/consul-ca.pem']);
    const planned = await invoke(task, properties, { action: 'plan' });
    expect(planned).toMatchObject({ answer: { action: 'plan' }, errors: '' });
    await rm(join(task, 'certs'), { recursive: true });
    expect((await invoke(task, properties, { action: 'plan' })).answer).toMatchObject({
      error: expect.stringContaining(
        'CONSUL_CACERT names the file certs/consul-ca.pem, which cannot be read',
      ),
    });
  });
});
