import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseConsul } from '../../../cli/demo/demo-consul.ts';
import { runSteps } from '../../../cli/demo/run-steps.ts';
import { type Stage, startStage } from '../../../cli/demo/stage.ts';
import { STEPS, type Step } from '../../../cli/demo/steps.ts';
import { plain } from '../../../cli/paint.ts';

let stage: Stage;
let lines: string[];
beforeEach(async () => {
  lines = [];
  stage = await startStage(await chooseConsul({ env: {}, standIn: true }), () => undefined);
});
afterEach(() => stage.close());

function run(steps: readonly Step[], { within = 5_000, signal = new AbortController().signal } = {}) {
  return runSteps(steps, stage, { within, signal, paint: plain, say: (line) => void lines.push(line) });
}

const [register, failOne, failBoth] = STEPS;
if (!register || !failOne || !failBoth) throw new Error('the steps are not those that these tests know');

describe('the steps', () => {
  it('tell what was expected and what was seen of one that goes wrong, and end there', async () => {
    const wrong: Step = { ...failOne, expected: { addresses: ['10.0.9.9'] } };
    expect(await run([register, wrong, failBoth], { within: 2_500 })).toBe(false);
    expect(lines).toEqual([
      expect.stringMatching(/^✓ two nodes register as healthy +10\.0\.1\.11, 10\.0\.2\.11 +[\d,]+ ms$/),
      expect.stringMatching(/^✗ node-1 \(10\.0\.1\.11\) fails its check +not as expected after [\d,]+ ms$/),
      '    expected  DNS answers 10.0.9.9',
      expect.stringMatching(/^ {4}seen {6}DNS answers 10\.0\.2\.11; the function says (changed|unchanged): /),
      '',
      'Step 2 of 3 was not as expected; the one after it did not run.',
    ]);
  });

  it('are not content with a right answer of DNS where the function must say why', async () => {
    const wrong: Step = {
      ...failOne,
      expected: { addresses: ['10.0.2.11'], report: { reason: 'no-healthy-instances', naming: 'rdsproxy' } },
    };
    expect(await run([register, wrong], { within: 2_500 })).toBe(false);
    expect(lines).toContain(
      '    expected  DNS answers 10.0.2.11, and the function says no-healthy-instances, naming rdsproxy',
    );
    expect(lines.at(-1)).toBe('Step 2 of 2 was not as expected.');
  });

  it('show what the function complains of when it cannot work', async () => {
    stage.names.route53.faults.add({ kind: 'access-denied' });
    expect(await run([register], { within: 2_500 })).toBe(false);
    const text = lines.join('\n');
    expect(text).toMatch(/seen {6}DNS answers nothing; the function says failed \(access-denied\): /);
  });

  it('show what Consul answers when it refuses the act', async () => {
    expect(await run([failOne])).toBe(false);
    expect(lines.join('\n')).toMatch(/error {5}PUT \/v1\/agent\/check\/update\/rdsproxy-ready answered 500/);
  });

  it('end at once when they are stopped', async () => {
    const stop = new AbortController();
    const never: Step = { ...register, act: async () => stop.abort(new Error('enough')) };
    await expect(run([never, failOne], { signal: stop.signal })).rejects.toThrow('enough');
    expect(lines).toEqual([]);
  });
});
