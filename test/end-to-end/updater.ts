import type { Variables } from '../../deploy/environment.ts';
import { deployedNode } from '../real-parts/lambda-node.ts';
import type { Aws } from './aws.ts';
import type { InvocationLine } from './hosts/lambda.ts';
import type { Host } from './network.ts';
import type { BuiltParts } from './parts.ts';
import { jsonLines, type RunningProgram } from './program.ts';

/** What the function's log says of one pass over the record. */
export interface Pass {
  readonly name: string;
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
  /**
   * Deploys it with another list of Consul servers: the running function ends, and a fresh one starts.
   *
   * @param variables the function's other settings; without them, those that it had at first.
   */
  deploy(consul: readonly Host[], variables?: Variables): Promise<void>;
  /** Removes the function. */
  remove(): Promise<void>;
  log(): string;
}

/** Seconds of one watch window: short enough that the run sees several begin and end. */
const WATCH_SECONDS = 15;

/**
 * @param bundle the path of the built function.
 * @param variables its settings, beside where AWS and Consul are.
 */
export async function startUpdater(
  parts: BuiltParts,
  host: Host,
  options: { bundle: string; aws: Aws; variables: Variables; consul: readonly Host[] },
): Promise<Updater> {
  const { bundle, aws } = options;
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

  const node = await deployedNode();
  let program: RunningProgram | undefined;
  const deploy = async (consul: readonly Host[], variables = options.variables) => {
    await program?.end('SIGTERM');
    program = await host.start(node, [parts.own.lambda], {
      E2E_BUNDLE: bundle,
      CONSUL_HTTP_ADDR: consul.map(({ address }) => `http://${address}:8500`).join(),
      HOSTED_ZONE_ID: aws.zoneId,
      ...variables,
      WATCH_SECONDS: String(WATCH_SECONDS),
      AWS_ENDPOINT_URL_ROUTE_53: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    program.onLine(read);
  };
  await deploy(options.consul);
  const remove = async () => program?.end('SIGTERM');
  return { passes, invocations, errors, deploy, remove, log: () => program?.log() ?? '' };
}
