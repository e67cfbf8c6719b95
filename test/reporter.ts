import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/**
 * Closes a run with one plain line of counts, and names each skipped test with its reason.
 *
 * In CI a skip fails the run: there, everything a test needs is installed by the project's own scripts,
 * so a skip means that something was silently not tested. `skipsFail` asks for the same elsewhere.
 */
export default class SummaryReporter implements Reporter {
  readonly #skipsFail: boolean;

  constructor({ skipsFail = Boolean(process.env['CI']) }: { readonly skipsFail?: boolean } = {}) {
    this.#skipsFail = skipsFail;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    // The tests of a suite whose set-up failed count as skipped, but nobody skipped them.
    const broken = suites.filter((suite) => suite.errors().length > 0);
    const skipped = inState('skipped').filter((test) => !broken.some((suite) => isWithin(test, suite)));
    for (const test of skipped) {
      console.log(`skipped: ${test.fullName}: ${reasonOf(test) ?? 'no reason given'}`);
    }
    const failed = inState('failed').length + broken.length + unhandledErrors.length;
    console.log(`Tests: ${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`);
    if (this.#skipsFail && skipped.length > 0) {
      console.log('Here all parts that tests need can be had, so a skipped test fails the run.');
      process.exitCode = 1;
    }
  }
}

function isWithin(test: TestCase, suite: TestModule | TestSuite): boolean {
  if (test.module === suite) return true;
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent)
    if (parent === suite) return true;
  return false;
}

/** The note given to `context.skip(note)`. */
function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}
