import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bundle, buildBundle, ENTRY, NOTICES } from '../../build/bundle.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { INSTALL_TIMEOUT, NODES, type NodeBinary } from '../real-parts/lambda-node.ts';
import { builtBundle } from '../support/built-bundle.ts';
import { NAME, RECORDS, type Stack, startStack } from '../support/stack.ts';
import { startSts } from '../support/sts.ts';

let folder: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const built = await builtBundle();
  await cp(built.folder, folder, { recursive: true });
  bundle = built.bundle;
  await writeFile(join(folder, 'main.mjs'), MAIN);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MAIN = `
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { handler } from './update.mjs';
const { cache } = createRequire(import.meta.url);
const loaded = () => Object.keys(cache).map((path) => basename(path));
process.once('message', async (event) => {
  const atStart = loaded();
  const context = { getRemainingTimeInMillis: () => 10_000 };
  const answer = await handler(event, context).catch((error) => ({ error: error.message }));
  process.send({ answer, atStart, loaded: loaded() }, () => process.disconnect());
});`;

interface Answer {
  readonly answer: RunReport;
  /** The files that were loaded before the event came. */
  readonly atStart: readonly string[];
  /** Those and what the event needed. */
  readonly loaded: readonly string[];
}

/** Loads the bundle as Lambda does, in a process with nothing but its environment variables, and invokes it once. */
async function invokeWith(execPath: string, event: object, env: Readonly<Record<string, string>>) {
  const child = fork(join(folder, 'main.mjs'), {
    ...{ env, cwd: folder, execPath, execArgv: [] },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.send(event);
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')));
  const ended = once(child, 'close');
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Answer];
  await ended;
  const [log, errors] = await output;
  return { ...message, log, errors };
}

describe('the bundle', () => {
  it('is a file for the handler and one for each lazy module, with source maps, and nothing of an earlier build', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'built-'));
    // As deep as the other one: a source map names its sources by the way to them.
    const built = join(parent, 'again/dist');
    try {
      await mkdir(built, { recursive: true });
      await Promise.all(['former.cjs', 'former.cjs.map'].map((file) => writeFile(join(built, file), '')));
      const again = await buildBundle(built);
      expect([...again.keys()].sort()).toEqual([
        'assume-role.cjs',
        'bounded-report.cjs',
        'caller-identity.cjs',
        'login.cjs',
        'run-doctor.cjs',
        'secrets-manager.cjs',
        'ssm.cjs',
        'tls-failure.cjs',
        'token-rights.cjs',
        'update.cjs',
      ]);
      const files = [ENTRY, NOTICES, ...[...again.keys()].flatMap((file) => [file, `${file}.map`])].sort();
      expect((await readdir(built)).sort()).toEqual(files);
      // A package whose bytes depended on when or where it was built would be deployed anew each time.
      for (const file of files)
        expect((await readFile(join(built, file))).equals(await readFile(join(folder, file))), file).toBe(
          true,
        );
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });

  it('reads at most 400 KB at a cold start, and nothing that Lambda never needs', async () => {
    const update = bundle.get('update.cjs');
    expect(update?.bytes).toBeGreaterThan(100_000);
    expect(update?.bytes).toBeLessThanOrEqual(400_000);
    const inputs = Object.keys(update?.inputs ?? {});
    expect(inputs).toContain('build/environment-credentials.ts');
    // What is left of the client's package.json, which AWS is told.
    const client = new URL('../../node_modules/@aws-sdk/client-route-53/package.json', import.meta.url);
    const { version } = JSON.parse(await readFile(client, 'utf8')) as { version: string };
    expect(await readFile(join(folder, 'update.cjs'), 'utf8')).toContain(`version:"${version}"`);
    const others =
      /credential-provider-(?!env)|token-providers|nested-clients|@aws-sdk\/client-(?!route-53)|run-doctor|src\/doctor\//;
    expect(inputs.filter((path) => others.test(path))).toEqual([]);
  });
});

describe.each(NODES)('the bundle, with $which', ({ find }) => {
  let node: NodeBinary;
  let stack: Stack;
  beforeAll(async () => {
    [node, stack] = await Promise.all([find(), startStack()]);
  }, INSTALL_TIMEOUT);
  afterAll(() => stack?.close());
  beforeEach((context) => {
    if ('unavailable' in node) context.skip(node.unavailable);
  });

  const invoke = (event: object, env: Readonly<Record<string, string>>) =>
    invokeWith('bin' in node ? node.bin : '', event, env);

  const environment = (): Record<string, string> => ({
    CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
    HOSTED_ZONE_ID: stack.zone.id,
    RECORDS,
    WATCH_SECONDS: '0',
    AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'planted-s3cret',
    AWS_SESSION_TOKEN: 'planted-s3ssion',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });

  it('handles an event in a clean process, ends by itself, and logs JSON without a secret', async () => {
    await stack.register('10.0.1.1');
    const { answer, atStart, loaded, log, errors } = await invoke({}, environment());
    expect(answer).toMatchObject({ outcome: 'changed', records: [{ name: NAME, published: ['10.0.1.1'] }] });
    expect(stack.published()).toEqual(['10.0.1.1']);
    const lines = (log ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => 'level' in line)).toMatchObject([
      {
        level: 'INFO',
        service: 'consul-route53-updater',
        message: expect.stringContaining(`${NAME} A changed: add 10.0.1.1`),
      },
    ]);
    expect(lines.filter((line) => !('level' in line))).toContainEqual(
      expect.objectContaining({ service: 'consul-route53-updater', record: NAME, PublishedAddresses: 1 }),
    );
    expect(errors).toBe('');
    expect(`${log}${JSON.stringify(answer)}`).not.toMatch(/planted/);
    expect(atStart).toEqual(['update.cjs']);
    expect(loaded).toEqual(['update.cjs']);
  });

  it('examines the way from Consul to Route 53 in a clean process', async () => {
    await stack.register('10.0.1.1');
    const { answer, atStart, loaded, errors } = await invoke({ action: 'doctor' }, environment());
    expect(answer).toMatchObject({ action: 'doctor', outcome: 'ok' });
    expect(errors).toBe('');
    expect(JSON.stringify(answer)).not.toMatch(/planted/);
    expect(atStart).toEqual(['update.cjs']);
    expect(loaded).toEqual(['update.cjs', 'run-doctor.cjs']);
  });

  it('assumes the role of another account in a clean process', async () => {
    await stack.register('10.0.1.1');
    const sts = await startSts();
    try {
      const env = {
        ...environment(),
        ROUTE53_ROLE_ARN: 'arn:aws:iam::210987654321:role/route53-updater',
        ROUTE53_EXTERNAL_ID: 'planted-id',
        AWS_ENDPOINT_URL_STS: sts.url,
        AWS_REGION: 'eu-west-1',
      };
      const { answer, atStart, loaded, log, errors } = await invoke({}, env);
      expect(answer).toMatchObject({ records: [{ name: NAME, published: ['10.0.1.1'] }] });
      expect(sts.requests).toMatchObject([{ accessKeyId: 'AKIDEXAMPLE', region: 'eu-west-1' }]);
      expect(stack.route53.requests.at(-1)).toMatchObject({ accessKeyId: 'ASIASESSION1' });
      expect(atStart).toEqual(['update.cjs']);
      expect(loaded).toEqual(['update.cjs', 'assume-role.cjs']);
      // What each file says of an error is its own: the reason is known all the same.
      sts.answer = { code: 'AccessDenied', message: 'no' };
      const denied = await invoke({}, env);
      expect(denied.answer).toMatchObject({ records: [{ reason: 'role-not-assumed' }] });
      const doctor = await invoke({ action: 'doctor' }, env);
      expect(doctor.answer).toMatchObject({
        legs: expect.arrayContaining([expect.objectContaining({ leg: 'route53-role', verdict: 'failed' })]),
      });
      expect(errors).toBe('');
      expect(`${log}${JSON.stringify(answer)}`).not.toMatch(/planted/);
    } finally {
      await sts.close();
    }
  });

  it('says which settings are wrong', async () => {
    const { answer } = await invoke({}, {});
    expect(answer).toEqual({
      error: expect.stringMatching(/^3 settings are wrong: CONSUL_HTTP_ADDR is required/),
    });
  });

  it('looks for AWS credentials in the environment only', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN, ...env } = environment();
    const file = join(folder, 'credentials');
    await writeFile(file, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    const { answer } = await invoke({}, { ...env, AWS_SHARED_CREDENTIALS_FILE: file });
    expect(answer).toMatchObject({ records: [{ outcome: 'failed', reason: 'access-denied' }] });
  });
});
