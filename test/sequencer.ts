import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isSlow } from './tiers.ts';

/** The files that take longest, the longest first; most of that time they wait. */
const LONG = [
  'end-to-end/end-to-end',
  'simulation/promises',
  'deploy/moto',
  // These wait for the end of a token, which lives a minute at least.
  'integration/expiry',
  'consul-latest/function-login',
  'build/package',
  'deploy/cfn-lint',
  'integration/side-by-side',
  'integration/rotation',
  // It waits for time-outs of a real runtime.
  'build/runtime',
  'emulators/real-consul/real-consul',
  'build/zip',
  'window/soak',
  'hostile/flood',
  'contract/route53-moto',
  'model/model',
  'cli/start',
  'build/release',
  'integration/outage',
  'window/reaction',
  'integration/tls',
  'window/fault-matrix-route53',
  'window/zones',
  'secrets',
  'cli/demo/run-steps',
  'reconcile/faults',
  'window/fault-matrix-consul',
];

/** Starts the files that take longest first, then the other slow ones, also in a fresh clone, where vitest has not measured any. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const file = relative(this.ctx.config.root, moduleId);
      const index = LONG.findIndex((long) => file === `test/${long}.test.ts`);
      if (index >= 0) return index;
      return isSlow(file) ? LONG.length : LONG.length + 1;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
