import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

/** One line each: what the numbers were taken on. */
export interface Machine {
  readonly lines: readonly string[];
}

/**
 * @param node the Node that runs the function.
 * @param others further programs and their versions.
 */
export async function describeMachine(node: string, others: readonly string[]): Promise<Machine> {
  const processors = cpus();
  const { stdout } = await promisify(execFile)(node, ['--version']);
  return {
    lines: [
      `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
      `load average before the first row: ${loadavg()[0]?.toFixed(2)}`,
      `Node ${stdout.trim()} for the function, ${process.version} for everything around it`,
      ...others,
    ],
  };
}
