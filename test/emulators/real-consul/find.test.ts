import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findConsul } from '../../../emulators/real-consul/find.ts';

describe('findConsul', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-consul-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function program(path: string, says: string): Promise<string> {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho '${says}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  it('prefers CONSUL_BIN to PATH to the unpacked one', async () => {
    const parts = join(folder, 'parts');
    const unpacked = await program('parts/consul/usr/bin/consul', 'Consul v1.8.7');
    expect(await findConsul({ PATH: folder }, parts)).toEqual({ bin: unpacked, version: '1.8.7' });
    const onPath = await program('consul', 'Consul v1.20.1');
    expect(await findConsul({ PATH: `/nowhere:${folder}` }, parts)).toEqual({
      bin: onPath,
      version: '1.20.1',
    });
    const wished = await program('wished', 'Consul v1.9.0+ent');
    const env = { PATH: folder, CONSUL_BIN: wished };
    expect(await findConsul(env, parts)).toEqual({ bin: wished, version: '1.9.0+ent' });
  });

  it('says why there is none', async () => {
    expect(await findConsul({}, folder)).toEqual({
      unavailable: expect.stringContaining('no consul on PATH'),
    });
    const other = await program('other', 'I am another program');
    expect(await findConsul({ CONSUL_BIN: other }, folder)).toEqual({
      unavailable: `${other} does not say that it is Consul`,
    });
    const missing = { CONSUL_BIN: join(folder, 'missing') };
    expect(await findConsul(missing, folder)).toEqual({
      unavailable: expect.stringContaining('does not run'),
    });
  });
});
