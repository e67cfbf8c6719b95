import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { chooseConsul } from '../../../cli/demo/demo-consul.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choose-consul-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that says it is Consul, but cannot run as an agent. */
async function impostor(): Promise<string> {
  const file = join(folder, 'consul');
  await writeFile(file, '#!/bin/sh\n[ "$1" = version ] && echo "Consul v1.99.0" || exit 1\n');
  await chmod(file, 0o755);
  return file;
}

describe('which Consul npm start uses', () => {
  it('is the stand-in where there is no real one', async () => {
    const choice = await chooseConsul({ env: { PATH: folder }, standIn: false, parts: folder });
    expect(choice.description).toMatch(/^two agents of the stand-in, .*\(no consul on PATH/);
    const { consul, instead } = await choice.start();
    onTestFinished(() => consul.close());
    expect(consul).toMatchObject({ kind: 'stand-in', agents: [{ node: 'node-1' }, { node: 'node-2' }] });
    expect(instead).toBeUndefined();
  });

  it('is the real one where there is one, with its version, unless the stand-in is asked for', async () => {
    const bin = await impostor();
    const env = { PATH: folder };
    const choice = await chooseConsul({ env, standIn: false, parts: folder });
    expect(choice.description).toBe(`a real cluster of two servers, version 1.99.0 (${bin})`);
    const other = await chooseConsul({ env, standIn: true, parts: folder });
    expect(other.description).toContain('(as --stand-in asks for)');
  });

  it('is the stand-in where the real one does not start, which is said', async () => {
    const bin = await impostor();
    const choice = await chooseConsul({ env: { PATH: folder }, standIn: false, parts: folder });
    const { consul, instead } = await choice.start();
    onTestFinished(() => consul.close());
    expect(consul.kind).toBe('stand-in');
    expect(instead).toMatch(
      new RegExp(`^two agents of the stand-in, .*\\(${bin}: node-[12] ended by itself\\)$`),
    );
  });

  it('is never the stand-in where CONSUL_BIN asks for a real one', async () => {
    const env = { CONSUL_BIN: join(folder, 'missing') };
    await expect(chooseConsul({ env, standIn: false, parts: folder })).rejects.toThrow(
      /^CONSUL_BIN is of no use: .*missing does not run: .*\. Correct it, or unset it\.$/,
    );
    const choice = await chooseConsul({
      env: { CONSUL_BIN: await impostor() },
      standIn: false,
      parts: folder,
    });
    await expect(choice.start()).rejects.toThrow('ended by itself');
  });
});
