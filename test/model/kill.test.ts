import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildFunction } from '../support/function-process.ts';
import { registerHealthy } from './catalog-acts.ts';
import { atRest, fleet, pend, registered, setting, settle } from './commands.ts';
import type { ModelCommand } from './invoke.ts';
import { Kill, type Morgue } from './kill.ts';
import { isReplay, lanes, timeFor } from './options.ts';
import { holdModel, type Model, startModel } from './property.ts';
import { quickConsulFault } from './trouble.ts';

const LANES = lanes('kills', 9, 0.05, 3);

let model: Model;
let morgue: Morgue;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  const [started, node] = await Promise.all([startModel(), buildFunction(folder)]);
  model = started;
  morgue = { folder, node, killed: 0 };
});
afterAll(async () => {
  await model.close();
  await rm(morgue.folder, { recursive: true, force: true });
});

const kill: fc.Arbitrary<ModelCommand> = fc
  .tuple(registerHealthy, fc.constantFrom('before' as const, 'after' as const), fc.constantFrom(1, 1, 1, 2))
  .map(([first, moment, request]) => new Kill(morgue, first, moment, request));

it('survives being killed in the middle of a change', { timeout: timeFor(LANES, 10_000) }, async () => {
  const commands = [
    ...[registered, registered, atRest, atRest, atRest, atRest, fleet],
    ...[kill, kill, kill, kill],
    pend(quickConsulFault),
    settle,
  ];
  await holdModel(model, LANES, setting, commands, 10);
  console.log(`kills: ${morgue.killed} processes were killed`);
  if (!isReplay) expect(morgue.killed).toBeGreaterThan(0);
});
