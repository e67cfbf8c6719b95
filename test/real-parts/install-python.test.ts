import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const original = (file: string) => fileURLToPath(new URL(file, import.meta.url));

// That it gets its parts is seen wherever moto runs; here, what else it promises.
describe('test/real-parts/install-python', () => {
  let project: string;
  let copy: string;
  beforeEach(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'install-python-')));
    copy = join(project, 'test/real-parts/install-python');
    await mkdir(join(copy, '..'), { recursive: true });
    await copyFile(original('./install-python'), copy);
    await copyFile(original('./requirements.txt'), join(copy, '../requirements.txt'));
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
    return folder;
  }

  it('says on stderr that there is no Python, and fails', async () => {
    const env = { PATH: await only(['dirname', 'cmp']) };
    await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'install-python: python3 is not on this machine, so the parts in Python cannot be had\n',
    });
  });

  it('says why pip failed, and does not take half an installation for a whole one', async () => {
    // A python3 that makes an "environment" whose pip finds no registry.
    const pip = '#!/bin/sh\\necho "ERROR: No matching distribution found for moto"; exit 1\\n';
    const python3 = `[ "$1" = -c ] && exit 0\nmkdir -p "$3/bin"; printf '${pip}' >"$3/bin/python"; chmod 755 "$3/bin/python"`;
    const tools = ['dirname', 'cmp', 'flock', 'mkdir', 'rm', 'tail', 'chmod', 'cp'];
    const env = { PATH: await only(tools, { python3 }) };
    for (const _ of ['the first time', 'and the second']) {
      await expect(run('/bin/sh', [copy], { env })).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr:
          'install-python: pip could not install what requirements.txt names: ERROR: No matching distribution found for moto\n',
      });
    }
  });

  it('is done at once where the same requirements are installed already', async () => {
    const python = join(project, '.real-parts/python');
    await mkdir(python, { recursive: true });
    await copyFile(join(copy, '../requirements.txt'), join(python, 'installed.txt'));
    const env = { PATH: await only(['dirname', 'cmp']) };
    expect(await run('/bin/sh', [copy], { env })).toEqual({ stdout: `${python}/bin\n`, stderr: '' });
  });
});
