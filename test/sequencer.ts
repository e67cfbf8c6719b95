import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the longest first; most of that time they wait. */
const LONG = [
  'end-to-end/end-to-end',
  'simulation/promises',
  // These wait for the end of a token, which lives a minute at least.
  'integration/expiry',
  'consul-latest/function-login',
  'integration/side-by-side',
  'deploy/moto',
  'build/package',
  // It waits for time-outs of a real runtime.
  'build/runtime',
  'deploy/cfn-lint',
  'emulators/real-consul/real-consul',
  'build/zip',
  'model/model',
  'integration/tls',
  'hostile/guards',
  'integration/rotation',
  'contract/route53-moto',
  'hostile/flood',
  'window/fault-matrix-consul',
  'window/fault-matrix-route53',
  'secrets',
  'window/soak',
  'model/kill',
  'build/bundle',
  'window/reaction',
  'cli/start',
  'cli/plan',
  'integration/outage',
  'cli/demo/run-steps',
];

/** Starts the files that take longest first, also in a fresh clone, where vitest has not measured any. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = LONG.findIndex((file) => moduleId.endsWith(`/test/${file}.test.ts`));
      return index < 0 ? LONG.length : index;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
