import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const original = (file: string) => fileURLToPath(new URL(file, import.meta.url));

// That it builds Consul is seen in `npm run test:consul-latest`; here, what else it promises.
describe('test/real-parts/install-consul-latest', () => {
  let project: string;
  let copy: string;
  let consul: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-consul-latest-')));
    copy = join(project, 'test/real-parts/install-consul-latest');
    consul = join(project, '.real-parts/consul-latest/consul');
    await cp(original('./consul-latest'), join(copy, '../consul-latest'), { recursive: true });
    await copyFile(original('./install-consul-latest'), copy);
  });
  afterEach(() => rm(project, { recursive: true }));

  /** A PATH with what the script needs of the system, and a Go given as a script, or none. */
  async function pathWith(go?: string): Promise<{ PATH: string }> {
    const PATH = join(project, 'bin');
    await mkdir(PATH);
    for (const program of ['dirname', 'cmp', 'flock', 'mkdir', 'rm', 'cp', 'grep', 'tail']) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(PATH, program));
    }
    if (go !== undefined) await writeFile(join(PATH, 'go'), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
    return { PATH };
  }

  /** A Go that logs how it was called, and "builds" a file where it is told to. */
  const BUILDS =
    'echo "$1" >>"$0.log"; while [ $# -gt 1 ]; do [ "$1" = -o ] && echo built >"$2"; shift; done';

  it('says on stderr that there is no Go, and fails', async () => {
    await expect(run('/bin/sh', [copy], { env: await pathWith() })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'install-consul-latest: go is not on this machine, so a current Consul cannot be built\n',
    });
  });

  it.each([
    ['download', 'could not download Consul: the mirror is closed'],
    ['build', 'could not build Consul: the mirror is closed'],
  ])('says why a %s failed, and does not take half of it for the whole', async (step, sentence) => {
    const fails = `echo working; echo 'the mirror is closed' >&2; echo >&2; exit 1`;
    const go = `if [ "$1" = ${step} ] || [ "$2" = ${step} ]; then ${fails}; fi; ${BUILDS}`;
    const env = await pathWith(go);
    for (const _ of ['the first time', 'and the second']) {
      await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(`\ninstall-consul-latest: Go ${sentence}\n`),
      });
    }
  });

  it('builds once, also when it runs twice at once, and anew for another version', async () => {
    const env = await pathWith(BUILDS);
    const calls = async () => (await readFile(join(project, 'bin/go.log'), 'utf8')).trim().split('\n');
    const both = await Promise.all([run('/bin/sh', [copy], { env }), run('/bin/sh', [copy], { env })]);
    expect(both.map(({ stdout }) => stdout)).toEqual([`${consul}\n`, `${consul}\n`]);
    expect(await run('/bin/sh', [copy], { env })).toEqual({ stdout: `${consul}\n`, stderr: '' });
    expect(await calls()).toEqual(['mod', 'build']);

    const module = join(copy, '../consul-latest/go.mod');
    await writeFile(
      module,
      (await readFile(module, 'utf8')).replace(/(hashicorp\/consul) v\S+/, '$1 v1.99.0'),
    );
    await run('/bin/sh', [copy], { env });
    expect(await calls()).toEqual(['mod', 'build', 'mod', 'build']);
  });
});
