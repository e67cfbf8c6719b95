import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Closes a run with one plain line of counts, and names each skipped test with its reason.
 *
 * In CI a skip fails the run: there, everything a test needs is installed by the project's own scripts,
 * so a skip means that something was silently not tested.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped');
    for (const test of skipped) {
      console.log(`skipped: ${test.fullName}: ${reasonOf(test) ?? 'no reason given'}`);
    }
    const failed = inState('failed').length + modules.filter((module) => module.errors().length > 0).length;
    console.log(`Tests: ${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`);
    if (process.env['CI'] && skipped.length > 0) {
      console.log('CI has all parts that tests need, so a skipped test fails the run.');
      process.exitCode = 1;
    }
  }
}

/** The note given to `context.skip(note)`. */
function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}
