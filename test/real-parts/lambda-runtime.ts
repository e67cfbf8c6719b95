import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { goTool } from './go-tool.ts';
import { lambdaNode } from './lambda-node.ts';

const script = fileURLToPath(new URL('./install-lambda-runtime', import.meta.url));

/** The first time, all of it has to be built; hooks that may be the first need this many milliseconds. */
export const BUILD_TIMEOUT = 600_000;

/** What runs a handler as Lambda does: paths of programs. */
export interface LambdaParts {
  /** The Node of Lambda. */
  readonly node: string;
  /** Lambda's own client of its runtime API, for that Node. */
  readonly client: string;
  /** AWS's emulator of what stands on the other side of that API. */
  readonly emulator: string;
}

/** What `test/real-parts/` builds of it, or the reason why there is none, for `context.skip(reason)`. */
export async function lambdaParts(): Promise<LambdaParts | { readonly unavailable: string }> {
  const [node, emulator] = await Promise.all([lambdaNode(), goTool('lambda-emulator')]);
  if ('unavailable' in node) return node;
  if ('unavailable' in emulator) return emulator;
  try {
    const { stdout } = await promisify(execFile)(script, { timeout: BUILD_TIMEOUT });
    return { node: node.bin, emulator: emulator.bin, client: stdout.trim() };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { unavailable: stderr?.trim().split('\n').at(-1) || String(error) };
  }
}
