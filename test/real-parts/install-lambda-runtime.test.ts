import { execFile } from 'node:child_process';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const original = (file: string) => fileURLToPath(new URL(file, import.meta.url));

// That what it builds runs the function is seen in test/build/runtime.test.ts; here, what else it promises.
describe('test/real-parts/install-lambda-runtime', () => {
  let project: string;
  let copy: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-lambda-runtime-')));
    copy = join(project, 'test/real-parts/install-lambda-runtime');
    await mkdir(join(project, 'bin'));
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(original('./install-lambda-runtime'), copy);
    await cp(original('./lambda-runtime'), join(dirname(copy), 'lambda-runtime'), { recursive: true });
    await program(join(dirname(copy), 'install-lambda-node'), `echo ${join(project, 'bin/node')}`);
    await program(join(project, 'bin/node'), 'echo v24.0.0');
    for (const name of ['dirname', 'cmp', 'cat', 'flock', 'mkdir', 'rm', 'cp', 'grep', 'tail']) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${name}`]);
      await symlink(stdout.trim(), join(project, 'bin', name));
    }
  });
  afterEach(() => rm(project, { recursive: true }));

  async function program(path: string, text: string): Promise<void> {
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
  }
  const stub = (name: string, text = 'exit 0') => program(join(project, 'bin', name), text);
  const install = () => run('/bin/sh', [copy], { env: { PATH: join(project, 'bin') } });

  it('says which tool is missing, and builds nothing', async () => {
    await stub('npm');
    await expect(install()).rejects.toMatchObject({
      code: 1,
      stderr:
        'install-lambda-runtime: cmake is not on this machine, so the runtime of Lambda cannot be built\n',
    });
  });

  it('says what npm said last, and does not take half a build for a whole one', async () => {
    for (const name of ['cmake', 'g++', 'make', 'python3']) await stub(name);
    await stub('npm', 'echo "no network" >&2; exit 1');
    for (const _ of ['the first time', 'and the second'])
      await expect(install()).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('install-lambda-runtime: npm could not build it: no network\n'),
      });
    await stub('npm');
    await expect(install()).rejects.toMatchObject({
      stderr: expect.stringContaining('did not build its native code\n'),
    });
  });

  it('is done at once where the same was built for the same Node', async () => {
    const target = join(project, '.real-parts/lambda-runtime');
    await mkdir(target, { recursive: true });
    await copyFile(original('./lambda-runtime/package-lock.json'), join(target, 'built.json'));
    await writeFile(join(target, 'built.node'), 'v24.0.0\n');
    expect(await install()).toEqual({
      stdout: `${target}/node_modules/aws-lambda-ric/index.mjs\n`,
      stderr: '',
    });
    await writeFile(join(target, 'built.node'), 'v24.1.0\n');
    await expect(install()).rejects.toMatchObject({ code: 1 });
  });
});

it('names no registry in its lock file', async () => {
  const lock = await readFile(original('./lambda-runtime/package-lock.json'), 'utf8');
  expect(lock).not.toContain('"resolved"');
});
