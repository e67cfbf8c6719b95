import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./install-proxy-parts', import.meta.url));

// That it gets the programs is seen wherever they run; here, what else it promises.
describe('test/real-parts/install-proxy-parts', () => {
  let project: string;
  let copy: string;

  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-')));
    copy = join(project, 'test/real-parts/install-proxy-parts');
    await mkdir(join(copy, '..'), { recursive: true });
    await copyFile(script, copy);
  });

  afterEach(() => rm(project, { recursive: true }));

  /** An environment whose PATH has only these programs. */
  async function only(...programs: string[]): Promise<{ PATH: string }> {
    const PATH = join(project, 'bin');
    await mkdir(PATH);
    for (const program of programs) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(PATH, program));
    }
    return { PATH };
  }

  it('says which packages to have where there is no apt, and fails', async () => {
    await expect(run('/bin/sh', [copy], { env: await only('dirname') })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^install-proxy-parts: apt-get is not on this machine; .*haproxy mariadb-/,
      ),
    });
  });

  it('is done at once where the parts are already', async () => {
    const debian = join(project, '.real-parts/debian');
    await mkdir(debian, { recursive: true });
    await writeFile(join(debian, '.complete'), '');
    const env = await only('dirname', 'mkdir', 'flock', 'apt-get', 'dpkg-deb');
    expect(await run('/bin/sh', [copy], { env })).toEqual({ stdout: `${debian}\n`, stderr: '' });
  });
});
