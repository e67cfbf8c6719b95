import { afterAll, beforeAll, it } from 'vitest';
import { everything, setting } from './commands.ts';
import { lanes, timeFor } from './options.ts';
import { holdModel, type Model, startModel } from './property.ts';

const LANES = lanes('model', 80, 1, 8);

let model: Model;
beforeAll(async () => {
  model = await startModel();
});
afterAll(() => model.close());

it('keeps the record sound, whatever happens', { timeout: timeFor(LANES, 1_000) }, async () => {
  await holdModel(model, LANES, setting, everything, 24);
});
