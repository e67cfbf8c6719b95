import type { Paint } from '../paint.ts';
import { formatMs, renderStep } from './render-step.ts';
import { runStep, type StepResult } from './run-step.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';

/**
 * Carries out steps one after the other and tells of each. The first that is not as expected is the last: what comes
 * after it builds on what it should have left.
 *
 * @param options `within`: how long one step may take, in milliseconds; `say`: prints a line.
 * @returns whether every step was as expected.
 * @throws the signal's reason when it aborts.
 */
export async function runSteps(
  steps: readonly Step[],
  stage: Stage,
  options: {
    readonly within: number;
    readonly signal: AbortSignal;
    readonly paint: Paint;
    readonly say: (line: string) => void;
  },
): Promise<boolean> {
  const { paint, say } = options;
  const start = performance.now();
  const results: StepResult[] = [];
  for (const step of steps) {
    const result = await runStep(step, stage, options);
    for (const line of renderStep(result, paint)) say(line);
    results.push(result);
    if (!result.asExpected) break;
  }
  say('');
  const good = results.filter(({ asExpected }) => asExpected).length;
  if (good < steps.length) {
    const notRun = steps.length - results.length;
    const after = notRun === 0 ? '' : `; the ${notRun === 1 ? 'one' : notRun} after it did not run`;
    say(paint.red(`Step ${good + 1} of ${steps.length} was not as expected${after}.`));
    return false;
  }
  const slowest = formatMs(Math.max(...results.map(({ took }) => took)));
  const total = formatMs(performance.now() - start);
  say(paint.green(`All ${good} steps were as expected, in ${total} ms; the slowest took ${slowest} ms.`));
  return true;
}
