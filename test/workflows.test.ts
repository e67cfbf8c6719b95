import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { goTool } from './real-parts/go-tool.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder);
const textOf = (workflow: string) => readFileSync(join(folder, workflow), 'utf8');
const ci = textOf('ci.yml');

/** What the first group of the pattern holds, wherever it matches. */
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

let tool: Awaited<ReturnType<typeof goTool>>;
// The first time, it is built.
beforeAll(async () => {
  tool = await goTool('actionlint');
}, 300_000);

/**
 * What actionlint objects to in a workflow; empty if it is sound. Without the checkers of scripts that it calls where
 * they are installed, so that every machine says the same.
 */
async function objections(context: TestContext, file: string): Promise<string> {
  if ('unavailable' in tool) return context.skip(tool.unavailable);
  const args = ['-no-color', '-oneline', '-shellcheck=', '-pyflakes=', file];
  return promisify(execFile)(tool.bin, args, { cwd: root }).then(
    ({ stdout }) => stdout,
    (error) => `${error.stdout}${error.stderr}`,
  );
}

describe('actionlint', () => {
  it.for(workflows)('objects to nothing in %s', async (workflow, context) => {
    expect(await objections(context, join(folder, workflow))).toBe('');
  });

  it.for([
    ['a runner that there is not', 'runs-on: ubuntu-24.04', 'runs-on: ubuntu-24.40', 'label "ubuntu-24.40"'],
    ['a value that there is not', 'matrix.script }}', 'matrix.skript }}', 'property "skript" is not defined'],
    ['a misspelt key', 'timeout-minutes:', 'timeout-minute:', 'unexpected key "timeout-minute"'],
    ['a permission that there is not', 'contents: read', 'contents: some', '"some" is invalid'],
  ] as const)('objects to %s', async ([, sound, broken, objection], context) => {
    const copies = await mkdtemp(join(tmpdir(), 'workflows-'));
    onTestFinished(() => rm(copies, { recursive: true }));
    const file = join(copies, 'ci.yml');
    expect(ci).toContain(sound);
    await writeFile(file, ci.replace(sound, broken));
    expect(await objections(context, file)).toContain(objection);
  });
});

describe.each(workflows)('the workflow %s', (workflow) => {
  const text = textOf(workflow);

  it('pins each action to a commit, and says which version that is', () => {
    for (const action of matches(text, /uses: (.*)/g))
      expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may only read, but for the job that drafts a release', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n$/m);
    const jobs = matches(text, /^ {4}permissions:\n((?: {6}.*\n)+)/gm);
    expect(jobs).toEqual(workflow === 'release.yml' ? ['      contents: write\n'] : []);
    expect(matches(text, /(permissions:)/g)).toHaveLength(1 + jobs.length);
    expect(text).not.toContain('pull_request_target');
    expect(text).not.toContain('secrets.');
  });

  it('gives each job a limit of time', () => {
    expect(matches(text, /^ {4}(timeout-minutes): \d+$/gm)).toHaveLength(
      matches(text, /^ {4}(runs-on):/gm).length,
    );
  });
});

describe('what is deployed', () => {
  it('is what the lock pins, checked for known faults each week', () => {
    // Any other way to install takes what is newest, within the ranges of package.json.
    expect(matches(ci, /run: (npm (?!run|audit).*)/g)).toEqual(['npm ci']);
    expect(matches(ci, /run: (npm audit.*)/g)).toEqual(['npm audit --omit=dev']);
    expect(ci).toMatch(/^ {2}schedule: \[\{ cron: /m);
  });
});

describe('what is released', () => {
  const release = textOf('release.yml');

  it('is made by a tag alone, and tells what the changelog says of that version', async () => {
    expect(matches(release, /^ {2}(\w+): /gm)).toEqual(['push', 'contents']);
    const [script = ''] = matches(release, /run: (awk .*)/g);
    const { stdout } = await promisify(execFile)('sh', ['-c', script.replace(/ >.*$/, '')], {
      cwd: root,
      env: { ...process.env, GITHUB_REF_NAME: `v${manifest.version}` },
    });
    expect(stdout.trim()).not.toBe('');
    expect(stdout).not.toMatch(/^## /m);
  });

  it('is what the lock pins', () => {
    expect(matches(release, /run: (npm (?!run).*)/g)).toEqual(['npm ci']);
  });
});

describe('what is tested', () => {
  const major = (version: string) => version.split('.')[0];
  const nodes = matches(ci, /node: '([\d.]+)'/g);

  it('is each Node that package.json says, the oldest in the version that it says', () => {
    const supported = matches(manifest.engines.node, /\^([\d.]+)/g);
    expect([...new Set(nodes.map(major))]).toEqual(supported.map(major));
    expect(`${nodes[0]}.0`).toBe(supported[0]);
  });

  it('is what is deployed, which .nvmrc names too', () => {
    const deployed = matches(readFileSync(join(root, 'serverless.yml'), 'utf8'), /runtime: nodejs(\d+)\.x/g);
    expect(deployed).toEqual([readFileSync(join(root, '.nvmrc'), 'utf8').trim()]);
    expect(nodes).toContain(deployed[0]);
  });
});
