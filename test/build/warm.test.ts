import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTRY } from '../../build/bundle.ts';
import { buildFunction } from '../support/function-process.ts';

/** Prints what was asked of Consul and Route 53 by the time that the entry is loaded. */
const PROGRAM = `
import diagnostics from 'node:diagnostics_channel';
const asked = [];
diagnostics.subscribe('http.client.request.start', ({ request }) => asked.push(request.method + ' ' + request.host));
await import('./${ENTRY}');
process.stdout.write(JSON.stringify(asked));`;

let folder: string;
let node: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warm-'));
  node = await buildFunction(folder, 'main.mjs', PROGRAM);
});
afterAll(() => rm(folder, { recursive: true }));

async function askedBy(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const own = { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const { stdout } = await promisify(execFile)(node, [join(folder, 'main.mjs')], { env: own });
  return JSON.parse(stdout) as readonly string[];
}

it('has made a change of its own by the time that Lambda takes it for initialised', async () => {
  const asked = await askedBy({ AWS_LAMBDA_FUNCTION_NAME: 'updater' });
  expect(asked.at(-1)).toBe('POST warm-up.invalid');
});

it('does nothing where it is not in Lambda', async () => {
  expect(await askedBy({})).toEqual([]);
});
