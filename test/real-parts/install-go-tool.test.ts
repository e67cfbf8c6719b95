import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const original = (file: string) => fileURLToPath(new URL(file, import.meta.url));

// That it builds what it is for is seen wherever a current Consul or actionlint runs; here, what else it promises.
describe('test/real-parts/install-go-tool', () => {
  let project: string;
  let copy: string;
  let consul: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-go-tool-')));
    copy = join(project, 'test/real-parts/install-go-tool');
    consul = join(project, '.real-parts/consul-latest/consul');
    await cp(original('./consul-latest'), join(copy, '../consul-latest'), { recursive: true });
    await copyFile(original('./install-go-tool'), copy);
  });
  afterEach(() => rm(project, { recursive: true }));

  /** A PATH with what the script needs of the system, and a Go given as a script, or none. */
  async function pathWith(go?: string): Promise<{ PATH: string }> {
    const PATH = join(project, 'bin');
    await mkdir(PATH);
    for (const program of ['dirname', 'cmp', 'flock', 'mkdir', 'rm', 'cp', 'grep', 'sed', 'tail']) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(PATH, program));
    }
    if (go !== undefined) await writeFile(join(PATH, 'go'), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
    return { PATH };
  }

  /** A Go that logs how it was called, and "builds" a file where it is told to. */
  const BUILDS =
    'echo "$1" >>"$0.log"; while [ $# -gt 1 ]; do [ "$1" = -o ] && echo built >"$2"; shift; done';

  const install = (env: { PATH: string }, ...names: string[]) => run('/bin/sh', [copy, ...names], { env });

  it('says on stderr that there is no Go, and fails', async () => {
    await expect(install(await pathWith(), 'consul-latest')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'install-go-tool: go is not on this machine, so consul-latest cannot be built\n',
    });
  });

  it.each([[[]], [['consul-next']]])('builds nothing where it is called with %j', async (names) => {
    await expect(install(await pathWith(BUILDS), ...names)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: `install-go-tool: there is no folder "${names[0] ?? ''}" with a go.mod beside this script\n`,
    });
  });

  it('says why a build failed, and does not take half of it for the whole', async () => {
    const env = await pathWith(`${BUILDS}; echo working; echo 'the mirror is closed' >&2; echo >&2; exit 1`);
    for (const _ of ['the first time', 'and the second']) {
      await expect(install(env, 'consul-latest')).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(
          '\ninstall-go-tool: Go could not build consul-latest: the mirror is closed\n',
        ),
      });
    }
  });

  it('builds once, also when it runs twice at once, and anew for another version', async () => {
    const env = await pathWith(BUILDS);
    const calls = async () => (await readFile(join(project, 'bin/go.log'), 'utf8')).trim().split('\n');
    const both = await Promise.all([install(env, 'consul-latest'), install(env, 'consul-latest')]);
    expect(both.map(({ stdout }) => stdout)).toEqual([`${consul}\n`, `${consul}\n`]);
    expect(await install(env, 'consul-latest')).toEqual({ stdout: `${consul}\n`, stderr: '' });
    expect(await calls()).toEqual(['build']);

    const module = join(copy, '../consul-latest/go.mod');
    await writeFile(
      module,
      (await readFile(module, 'utf8')).replace(/(hashicorp\/consul) v\S+/, '$1 v1.99.0'),
    );
    await install(env, 'consul-latest');
    expect(await calls()).toEqual(['build', 'build']);
  });
});
