import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./install', import.meta.url));

// That it gets Consul is seen wherever the real cluster runs; here, what else it promises.
describe('test/real-parts/install', () => {
  let project: string;
  let copy: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-')));
    copy = join(project, 'test/real-parts/install');
    await mkdir(join(copy, '..'), { recursive: true });
    await copyFile(script, copy);
  });
  afterEach(() => rm(project, { recursive: true }));

  /** A folder for PATH with only these programs. */
  async function only(...programs: string[]): Promise<string> {
    const folder = join(project, 'bin');
    await mkdir(folder);
    for (const program of programs) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(folder, program));
    }
    return folder;
  }

  it('says on stderr that there is no apt, and fails', async () => {
    const env = { PATH: await only('dirname') };
    await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'install: apt-get is not on this machine, so no Consul can be had from Debian\n',
    });
  });

  it('is done at once where Consul is already', async () => {
    const consul = join(project, '.real-parts/consul/usr/bin/consul');
    await mkdir(join(consul, '..'), { recursive: true });
    await writeFile(consul, '#!/bin/sh\n');
    await chmod(consul, 0o755);
    const env = { PATH: await only('dirname') };
    expect(await run('/bin/sh', [copy], { env })).toEqual({ stdout: `${consul}\n`, stderr: '' });
  });
});
