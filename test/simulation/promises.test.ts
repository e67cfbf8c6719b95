import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { limiter } from '../../src/pacing/limiter.ts';
import { deployedNode, INSTALL_TIMEOUT } from '../real-parts/lambda-node.ts';
import { lowPriority } from '../support/low-priority.ts';
import { SABOTAGES } from './sabotages.ts';
import { describeViolation, type Found } from './schedules.ts';

/** Milliseconds. They wait for each other, and have only what the other files leave of the cores. */
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: INSTALL_TIMEOUT });

const SCHEDULES = 10_000;

/**
 * Without the stack of each error, which is told apart by what it says; with more room for what lives shortly, which one
 * thread collects with less work than several share it with. What a schedule leaves behind would fill the rest: five
 * thousand of them fit only if each leaves nothing.
 */
const FLAGS = [
  '--stack-trace-limit=0',
  '--max-old-space-size=256',
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
  '--single-threaded-gc',
];

/** Processes at once. */
const inTurn = limiter(2);

let folder: string;
/** The Node that is deployed, which takes little more than half of the time that an older one takes. */
let node: string;
beforeAll(async () => {
  node = await deployedNode();
  folder = await mkdtemp(join(tmpdir(), 'simulation-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./program.ts', import.meta.url))],
    outfile: join(folder, 'program.cjs'),
    ...{ bundle: true, platform: 'node', target: 'node20', logLevel: 'error' },
    // From ES modules only does esbuild drop what is not used, most of AWS's client.
    mainFields: ['module', 'main'],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs schedules in a process of its own. */
async function run(first: number, count: number, sabotage: readonly string[] = []): Promise<Found> {
  const program = [...FLAGS, join(folder, 'program.cjs'), String(first), String(count), ...sabotage];
  const { stdout } = await inTurn(() => {
    const running = promisify(execFile)(node, program);
    // It never waits for anything, and so takes what the tests leave that wait, to the end of the run.
    lowPriority(running.child, constants.priority.PRIORITY_LOW);
    return running;
  });
  return JSON.parse(stdout) as Found;
}

it.concurrent(`whatever happens, the promises hold in ${SCHEDULES} schedules`, async () => {
  const half = SCHEDULES / 2;
  for (const found of await Promise.all([run(1, half), run(1 + half, half)])) {
    if ('violation' in found) expect.fail(describeViolation(found.violation));
    console.log(`${half} schedules: ${JSON.stringify(found.totals)}`);
  }
});

for (const [what, breaks, , from = 1] of SABOTAGES)
  it.concurrent(`finds a function that ${what}`, async () => {
    const found = await run(from, SCHEDULES + 1 - from, [what]);
    expect('violation' in found ? found.violation.invariant : 'nothing').toBeOneOf([...breaks]);
  });
