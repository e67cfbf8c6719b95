import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployedNode, INSTALL_TIMEOUT } from '../real-parts/lambda-node.ts';
import { bundlePrograms } from '../support/bundled-command.ts';
import { onceARun } from '../support/once-a-run.ts';
import type { SoakAnswer, SoakCount, SoakRequest } from '../support/soak-process.ts';
import { RECORDS, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const WINDOWS = 20;

/** Windows until the process has everything loaded, compiled and cached. */
const WARM_UP = 8;

/** How many are compared, of those after the warm-up and of the last ones: one of them has lost Consul. */
const COMPARED = 3;

/** Whether what a window leaves is one of those. */
const isCompared = (number: number) =>
  number > WINDOWS - COMPARED || (number > WARM_UP && number <= WARM_UP + COMPARED);

let stack: Stack;
let child: ChildProcess;
beforeAll(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
  await stack.register('10.0.1.2');
  const folder = await onceARun('soak', (made) => bundlePrograms(['test/support/soak-process.ts'], made));
  child = fork(join(folder, 'soak-process.mjs'), {
    execPath: await deployedNode(),
    execArgv: [],
    env: {
      ...process.env,
      ROUTE53_URL: stack.route53.url,
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      RECORDS,
      WATCH_SECONDS: '600',
    },
  });
}, INSTALL_TIMEOUT);
afterAll(async () => {
  child.kill();
  await stack.close();
});

const heldQueries = () => stack.consul.requests.filter(({ query }) => query['index']).length;

/** One window with a failover and its end, and a loss of Consul in each third one. */
async function runWindow(number: number): Promise<SoakAnswer> {
  const send = (request: SoakRequest) => child.send(request);
  const answered = once(child, 'message') as Promise<[SoakAnswer]>;
  stack.consul.requests.length = 0;
  send('open');
  await until(() => heldQueries() > 0 && stack.published().length === 2);
  await stack.setStatus('10.0.1.2', 'critical');
  await until(() => stack.published().length === 1);
  if (number % 3 === 0) {
    await stack.consul.setFault({ kind: 'html' }, { node: 'consul-1' });
    await stack.consul.setFault({ kind: 'down' }, { node: 'consul-2' });
    await stack.consul.clearFaults();
  }
  await stack.setStatus('10.0.1.2', 'passing');
  await until(() => stack.published().length === 2);
  send(isCompared(number) ? 'end and count' : 'end');
  const [answer] = await answered;
  return answer;
}

it(`leaves nothing behind in ${WINDOWS} windows of one process`, { timeout: 180_000 }, async () => {
  const answers: SoakAnswer[] = [];
  for (let number = 1; number <= WINDOWS; number++) answers.push(await runWindow(number));
  const counts = answers.flatMap(({ memory }) => memory ?? []);
  const of = (what: keyof SoakCount) => counts.map((count) => count[what]);
  const heaps = of('heap').map((bytes) => Math.round(bytes / 1_024));
  console.log(`after windows: heap ${heaps} KiB; emitters ${of('emitters')}; signals ${of('signals')}`);

  for (const { outcome, resources, subscribers, warnings } of answers) {
    expect(outcome).toBe('changed');
    expect(warnings).not.toContain('MaxListenersExceededWarning');
    // One for each address of Consul.
    expect(subscribers).toBe(2);
    // No timer waits, and no request is open: there are only connections kept for the next window.
    expect(resources).not.toHaveProperty('Timeout');
    expect(resources['TCPSocketWrap'] ?? 0).toBeLessThanOrEqual(5);
  }
  /** By how much the most of the last windows exceeds the most of those after the warm-up. */
  const growth = (values: readonly number[]) =>
    Math.max(...values.slice(COMPARED)) - Math.max(...values.slice(0, COMPARED));
  expect(counts).toHaveLength(2 * COMPARED);
  // One left behind by each window would be nine.
  expect(growth(of('emitters'))).toBeLessThan(4);
  expect(growth(of('signals'))).toBeLessThan(4);
  // What the engine compiles and caches still grows a little.
  expect(growth(heaps)).toBeLessThan(400);
});
