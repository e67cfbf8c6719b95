import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ConsulBinary, findConsul } from '../../emulators/real-consul/find.ts';

const script = fileURLToPath(new URL('./install', import.meta.url));

/**
 * The real Consul for tests: what findConsul finds, else what `test/real-parts/install` gets from Debian.
 *
 * @returns the binary and its version, or the reason why there is none, for `context.skip(reason)`.
 */
export async function realConsul(
  env: Record<string, string | undefined> = process.env,
): Promise<ConsulBinary | { unavailable: string }> {
  const found = await findConsul(env);
  if ('bin' in found || env['CONSUL_BIN']) return found;
  try {
    await promisify(execFile)(script, { env, timeout: 150_000 });
  } catch (error) {
    return { unavailable: `no real Consul: ${lastLine(error)}` };
  }
  return findConsul(env);
}

/** The script ends its complaint with the one sentence that matters. */
function lastLine(error: unknown): string {
  const stderr = (error as { stderr?: unknown }).stderr;
  const lines = typeof stderr === 'string' ? stderr.trim().split('\n') : [];
  return lines.at(-1) || (error instanceof Error ? error.message : String(error));
}
