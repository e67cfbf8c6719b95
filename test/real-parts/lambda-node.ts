import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./install-lambda-node', import.meta.url));

/** The first time, it has to be downloaded; hooks that may be the first need this many milliseconds. */
export const INSTALL_TIMEOUT = 300_000;

/** A Node to run the deployed function with, or the reason why there is none, for `context.skip(reason)`. */
export type NodeBinary = { readonly bin: string } | { readonly unavailable: string };

/** The Nodes that the deployed function is tested with: this machine's, and the version that runs it in Lambda. */
export const NODES: readonly { readonly which: string; find(): Promise<NodeBinary> }[] = [
  { which: `the Node of this machine`, find: async () => ({ bin: process.execPath }) },
  { which: 'the Node of Lambda', find: lambdaNode },
];

/** The Node that runs the function once it is deployed, if it is to be had, and this machine's otherwise. */
export async function deployedNode(): Promise<string> {
  const found = await lambdaNode();
  return 'bin' in found ? found.bin : process.execPath;
}

/** What `test/real-parts/install-lambda-node` installs. */
export async function lambdaNode(): Promise<NodeBinary> {
  try {
    const { stdout } = await promisify(execFile)(script, { timeout: INSTALL_TIMEOUT });
    return { bin: stdout.trim() };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { unavailable: stderr?.trim().split('\n').at(-1) || String(error) };
  }
}
