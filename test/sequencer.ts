import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that wait most come first. A worker is only kept for a file of the same project, so each has all of its files in a row. */
const PROJECTS = ['end-to-end', 'slow', 'fast'];

/** The files that take longest, the longest first; most of that time they wait. */
const LONG = [
  // Where there are no projects, with a current Consul.
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

/** Starts the files that take longest first, also in a fresh clone, where vitest has not measured any. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = LONG.findIndex((file) => moduleId.endsWith(`/test/${file}.test.ts`));
      return index < 0 ? LONG.length : index;
    };
    const rank = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return (await super.sort(files)).sort(
      (one, other) => rank(one) - rank(other) || place(one) - place(other),
    );
  }
}
