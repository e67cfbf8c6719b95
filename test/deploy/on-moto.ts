import { type Moto, startMoto, type Unavailable } from '../real-parts/python.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { asParams, copyProject, type Project, withoutBuild } from './sls.ts';
import { makeVpc } from './vpc.ts';

/** A copy of the project that is deployed to an emulator of AWS, with a VPC in it. */
export interface OnMoto extends Pick<Moto, 'aws'> {
  readonly project: Project;
  readonly site: Awaited<ReturnType<typeof makeVpc>>;
  /** What Serverless has asked of AWS so far. */
  readonly calls: Recorder['calls'];
  /** Runs a command of `sls` with that VPC. */
  sls(command: string, ...args: readonly string[]): ReturnType<Project['sls']>;
  close(): Promise<void>;
}

export async function startOnMoto(): Promise<OnMoto | Unavailable> {
  const moto = await startMoto();
  if ('unavailable' in moto) return moto;
  const [project, recorder, site] = await Promise.all([
    copyProject().then(withoutBuild),
    startRecorder(moto.url),
    makeVpc(moto),
  ]);
  return {
    ...{ project, site, calls: recorder.calls, aws: moto.aws },
    sls: (command, ...args) =>
      project.sls([...command.split(' '), ...args, ...asParams(site)], {
        ...moto.env,
        AWS_ENDPOINT_URL: recorder.url,
        // Milliseconds between two looks at a stack; by default 5,000, and moto needs less than one of these.
        SLS_AWS_MONITORING_FREQUENCY: '1000',
      }),
    async close() {
      recorder.close();
      await Promise.all([moto.close(), project.close()]);
    },
  };
}
