import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Consul binary that runs. */
export interface ConsulBinary {
  /** Path of the executable. */
  bin: string;
  /** Its version without the leading `v`, such as `1.8.7`. */
  version: string;
}

const realParts = fileURLToPath(new URL('../../.real-parts/', import.meta.url));

/**
 * Finds a Consul binary: the one that `CONSUL_BIN` names, else `consul` on `PATH`, else the one that
 * `test/real-parts/install` unpacked.
 *
 * @param env the environment to read `CONSUL_BIN` and `PATH` from.
 * @param parts the folder that holds unpacked parts; the project's own by default.
 * @returns the path and version, or a sentence that says why there is none. A `CONSUL_BIN` that does not run is
 *   such a reason: falling back would hide that the wish was not met.
 */
export async function findConsul(
  env: Record<string, string | undefined>,
  parts: string = realParts,
): Promise<ConsulBinary | { unavailable: string }> {
  const wished = env['CONSUL_BIN'];
  if (wished) return versionOf(wished);
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...onPath.map((folder) => join(folder, 'consul')),
    join(parts, 'consul/usr/bin/consul'),
  ];
  for (const bin of candidates) {
    if (await isExecutable(bin)) return versionOf(bin);
  }
  return { unavailable: 'no consul on PATH, CONSUL_BIN is not set, and none is unpacked in .real-parts' };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(bin: string): Promise<ConsulBinary | { unavailable: string }> {
  try {
    const { stdout } = await promisify(execFile)(bin, ['version'], { timeout: 10_000 });
    const version = /^Consul v(\S+)/m.exec(stdout)?.[1];
    return version ? { bin, version } : { unavailable: `${bin} does not say that it is Consul` };
  } catch (error) {
    return { unavailable: `${bin} does not run: ${error instanceof Error ? error.message : String(error)}` };
  }
}
