import { expect } from 'vitest';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import type { RecordSet } from '../../emulators/route53/server.ts';
import type { Handler } from '../../handlers/update.ts';
import type { Reason } from '../../src/plan/reasons.ts';
import { RunFailedError } from '../../src/report/log-lines.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { type OpenWindow, openWindow, type PassLine } from './open-window.ts';
import { context, type Stack, startStack } from './stack.ts';
import { until } from './until.ts';

/** How long a function waits for one answer, in milliseconds. */
export const timing = (consul: number, route53: number) => ({
  consul: { timeout: consul, longestWait: 250 },
  route53Timing: { timeout: route53, retry: { base: 5, most: 20 } },
});

/** Where nothing comes back, and time-outs have to end it: short enough for a test. */
export const TIMING = timing(1_500, 800);
/** Where an answer comes, though a busy machine may be late with it. */
export const PATIENT = timing(20_000, 20_000);

/** Milliseconds in which a cell must come to what it expects; the machine may be busy. */
const WITHIN = 40_000;

const OLD = ['10.0.1.1', '10.0.1.2', '10.0.1.3'];
const NEW = ['10.0.1.1', '10.0.1.2'];

/** A record with three addresses, of which one is about to fail its check, and the function in a warm process. */
export interface Scene {
  readonly trouble: Trouble;
  readonly stack: Stack;
  readonly handler: Handler;
  /** Makes the third instance fail, whatever fault there is. */
  change(): void;
  /** The record sets of the zone before anything happened. */
  readonly before: readonly RecordSet[];
}

/** Plays one cell of the matrix, with that trouble, in a stack of its own, so that cells can run side by side. */
export async function inScene(trouble: Trouble, play: (scene: Scene) => Promise<void>): Promise<void> {
  const stack = await startStack();
  try {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    // On a node of its own, whose health the test sets past the API.
    const second = agentApi(stack.consul.agents[1]?.url ?? '');
    await second.register({ Name: 'rdsproxy', ID: 'third', Address: '10.0.1.3', Port: 3306 });
    await stack.function({}, { consul: { timeout: 10_000 } })({}, context(60_000));
    expect(stack.published()).toEqual(OLD);
    stack.log.length = 0;
    await play({
      trouble,
      stack,
      handler: stack.function({ WATCH_SECONDS: '600' }, trouble.timing),
      change: () => stack.consul.setSerfHealth('consul-2', 'critical'),
      before: stack.zone.recordSets(),
    });
  } finally {
    await stack.close();
  }
}

/** What a cell sets and takes away. */
export interface Trouble {
  /** How patient the function is with it. */
  readonly timing: ReturnType<typeof timing>;
  begin(stack: Stack): unknown;
  end(stack: Stack): unknown;
}

/** What holds while the trouble lasts. */
export interface Expected {
  readonly reason: Reason;
  /** What the log line says. */
  readonly says: RegExp;
}

const line = (window: OpenWindow, { reason, says }: Expected): PassLine | undefined =>
  window.lines().find((each) => each.reason === reason && says.test(each.message));

/** What has vanished is noted; otherwise nothing is written at all. */
function expectIntact({ stack, before }: Scene, { reason }: Expected): void {
  const isKept = ({ type }: (typeof before)[number]) => reason !== 'vanished' || type !== 'TXT';
  expect(stack.zone.recordSets().filter(isKept)).toEqual(before.filter(isKept));
}

const isNew = ({ stack }: Scene) => stack.published().join() === NEW.join();

/**
 * The trouble is there before the first pass, and over within the window: the same window makes up for it. What comes
 * and goes at other moments is the simulation's.
 */
export async function inFirstPass(scene: Scene, expected: Expected): Promise<void> {
  const { trouble, stack, handler, change } = scene;
  await trouble.begin(stack);
  change();
  const window = await openWindow(stack, { handler });
  expect(window.lines()[0]).toMatchObject({ wokenBy: ['invocation'], reason: expected.reason });
  expect(window.lines()[0]?.message).toMatch(expected.says);
  expectIntact(scene, expected);
  await trouble.end(stack);
  await expectRecovery(scene, window);
}

/** The trouble is still there when the window ends: the run says so, and the next one makes up for it. */
export async function untilTheEnd(scene: Scene, expected: Expected): Promise<void> {
  const { trouble, stack, handler, change } = scene;
  const window = await openWindow(stack, { handler });
  await trouble.begin(stack);
  change();
  await until(() => line(window, expected), { within: WITHIN, what: `a line "${expected.reason}"` });
  const failed = line(window, expected)?.level === 'error';
  await window.end();
  // A hold is for its own alarm; a failure counts as an error of the function.
  if (failed) await expect(window.run).rejects.toBeInstanceOf(RunFailedError);
  else await expect(window.run).resolves.toMatchObject({ records: [{ reason: expected.reason }] });
  expectIntact(scene, expected);
  await trouble.end(stack);
  await expectConverged(scene);
}

/** The trouble lasts, and the change is published all the same, without a record held or failed. */
export async function getsOverIt(scene: Scene): Promise<void> {
  const { trouble, stack, handler, change } = scene;
  const window = await openWindow(stack, { handler });
  await trouble.begin(stack);
  change();
  await until(() => isNew(scene), { within: WITHIN, what: 'the new state' });
  await window.end();
  await expect(window.run).resolves.toMatchObject({ outcome: 'changed' });
  expect(window.lines().filter(({ reason }) => reason !== undefined)).toEqual([]);
  await trouble.end(stack);
  await expectConverged(scene);
}

async function expectRecovery(scene: Scene, window: OpenWindow): Promise<void> {
  // The last word on the record is that it is well.
  await until(() => isNew(scene) && window.lines().at(-1)?.reason === undefined, {
    within: WITHIN,
    what: 'recovery',
  });
  await window.end();
  await expect(window.run).resolves.toMatchObject({
    outcome: expect.stringMatching(/^(un)?changed$/),
    records: [{ published: NEW }],
  });
  await expectConverged(scene);
}

/** The next sound run leaves the record at what is healthy, and the one after it has nothing to do. */
async function expectConverged({ stack, handler }: Scene): Promise<void> {
  await nextRun(stack, handler);
  expect(stack.published()).toEqual(NEW);
  expect(await nextRun(stack, handler)).toMatchObject({
    outcome: 'unchanged',
    records: [{ changes: [] }],
  });
}

/** A run of the same process, whose window ends after its first pass. */
async function nextRun(stack: Stack, handler: Handler): Promise<RunReport> {
  const window = await openWindow(stack, { handler });
  await window.end();
  return await window.run;
}
