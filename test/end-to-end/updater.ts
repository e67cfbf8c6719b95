import { fileURLToPath } from 'node:url';
import type { Aws } from './aws.ts';
import type { InvocationLine } from './hosts/lambda.ts';
import type { Host } from './network.ts';
import { jsonLines, type RunningProgram } from './program.ts';

/** What the function's log says of one pass over the record. */
export interface Pass {
  /** When the line was read, in milliseconds since 1970. */
  readonly at: number;
  readonly outcome: string;
  readonly reason?: string;
  readonly message: string;
  readonly published: readonly string[] | null;
}

/** The built function, invoked again and again. */
export interface Updater {
  readonly passes: readonly Pass[];
  readonly invocations: readonly InvocationLine[];
  /** Lines of the log with the level ERROR. */
  readonly errors: readonly string[];
  /** Deploys it with another list of Consul servers: the running function ends, and a fresh one starts. */
  deploy(consul: readonly Host[]): Promise<void>;
  log(): string;
}

/** Seconds of one watch window: short enough that the run sees several begin and end. */
const WATCH_SECONDS = 15;

/** @param bundle the path of the built function. */
export async function startUpdater(
  host: Host,
  options: { bundle: string; aws: Aws; record: object; consul: readonly Host[] },
): Promise<Updater> {
  const { bundle, aws, record } = options;
  const passes: Pass[] = [];
  const invocations: InvocationLine[] = [];
  const errors: string[] = [];
  const read = jsonLines((line) => {
    // Metrics, and fields beside them, whose `record` is a name and no report.
    if ('service' in line && !('level' in line)) return;
    const record = line['record'] as Omit<Pass, 'at'> | undefined;
    if ('invocation' in line) invocations.push(line as unknown as InvocationLine);
    else if (record) passes.push({ ...record, at: Date.now() });
    if (line['level'] === 'ERROR') errors.push(String(line['message']));
  });

  const script = fileURLToPath(new URL('./hosts/lambda.ts', import.meta.url));
  let program: RunningProgram | undefined;
  const deploy = async (consul: readonly Host[]) => {
    await program?.end('SIGTERM');
    program = await host.start(process.execPath, ['--import', 'tsx', script], {
      E2E_BUNDLE: bundle,
      CONSUL_HTTP_ADDR: consul.map(({ address }) => `http://${address}:8500`).join(),
      HOSTED_ZONE_ID: aws.zoneId,
      RECORDS: JSON.stringify([record]),
      WATCH_SECONDS: String(WATCH_SECONDS),
      AWS_ENDPOINT_URL_ROUTE_53: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    program.onLine(read);
  };
  await deploy(options.consul);
  return { passes, invocations, errors, deploy, log: () => program?.log() ?? '' };
}
