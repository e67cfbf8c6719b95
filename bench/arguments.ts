import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LAMBDA_PERIOD } from './parts/cpu-share.ts';
import { PARTS, type Part } from './row.ts';

export interface Options {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  /** The Node that runs the function. */
  readonly node: string;
  /** The oldest Consul that is supported, instead of a current one. */
  readonly oldest: boolean;
  /** Milliseconds in which the share of a memory size is given. */
  readonly cpuPeriod: number;
  readonly help: boolean;
}

const names = Object.keys(PARTS) as Part[];

export const USAGE = `npm run bench -- [options]

Measures the built function against its targets and its peers, one part after the other, and writes what came of it to
bench/RESULTS.md. Takes about 20 minutes on a machine that does nothing else; a target that is missed is said in the
table and does not change the exit code.

  --only PARTS     some parts only, with commas: ${names.join(', ')}
  --quick          few samples, in about six minutes: shows that it works, proves nothing
  --node PATH      the Node that runs the function, if not this one
  --oldest         with the oldest Consul that is supported, instead of a current one
  --cpu-period MS  in which a share of a processor is given; by default ${LAMBDA_PERIOD}, as in Lambda. Others only print
  --help           print this text`;

/** @returns what was asked for, or a sentence that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options | { readonly problem: string } {
  try {
    const {
      only,
      node,
      'cpu-period': period,
      ...options
    } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        node: { type: 'string', default: process.execPath },
        oldest: { type: 'boolean', default: false },
        'cpu-period': { type: 'string', default: String(LAMBDA_PERIOD) },
        help: { type: 'boolean', default: false },
      },
    }).values;
    const asked = only?.split(',').map((part) => part.trim());
    const unknown = asked?.filter((part) => !names.some((name) => name === part)) ?? [];
    if (unknown.length > 0) {
      return { problem: `There is no part ${unknown.join(', ')}; there are ${names.join(', ')}.` };
    }
    const parts = asked ? names.filter((name) => asked.includes(name)) : names;
    const cpuPeriod = Number(period);
    if (!(cpuPeriod >= 1 && cpuPeriod <= 1_000)) {
      return { problem: `--cpu-period is ${period}; it must be from 1 to 1,000 ms.` };
    }
    // The function runs in a folder of its own.
    return { ...options, node: node.includes('/') ? resolve(node) : node, cpuPeriod, parts };
  } catch (error) {
    return { problem: `${error instanceof Error ? error.message : String(error)} See --help.` };
  }
}
