import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./install-go-tool', import.meta.url));

/**
 * A program that `test/real-parts/install-go-tool` builds.
 *
 * @param name the folder beside that script whose go.mod names it.
 * @param timeout milliseconds; a Consul that is not there yet takes longer than the default.
 * @returns the path of the program, or the reason why there is none, for `context.skip(reason)`.
 */
export async function goTool(
  name: string,
  env: Record<string, string | undefined> = process.env,
  timeout = 600_000,
): Promise<{ readonly bin: string } | { readonly unavailable: string }> {
  try {
    const { stdout } = await promisify(execFile)(script, [name], { env, timeout });
    return { bin: stdout.trim() };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { unavailable: `no ${name}: ${stderr?.trim().split('\n').at(-1) || String(error)}` };
  }
}
