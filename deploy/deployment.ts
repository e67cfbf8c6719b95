import { readSettings, type Settings } from '../src/settings/settings.ts';
import { SettingsError } from '../src/settings/settings-error.ts';
import { alarmNames, alarmResources } from './alarms.ts';
import { dashboardResource } from './dashboard.ts';
import { type Variables, variablesOf } from './environment.ts';
import { type FailedEvents, failedEvents } from './failed-events.ts';
import { networkResources, type Resources, securityGroups } from './network.ts';
import { functionName, type Output, stackOutputs } from './outputs.ts';
import { type Problem, readParameters, type Site } from './parameters.ts';
import { placeholdersIn } from './placeholders.ts';
import { MAX_POLICY_LENGTH, type Statement, statementsFor, type Value } from './policy.ts';
import { located, readOwnFile, StageError, type StageFile } from './stage-file.ts';
import { asStageProblem } from './stage-words.ts';
import { topicArn, topicResources } from './topic.ts';

/** What serverless.yml takes from a stage. */
export interface Deployment {
  readonly region: string;
  readonly vpc: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly Value[] };
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  /** Whether Lambda sends traces to X-Ray. */
  readonly xray: boolean;
  /** `null` where none is to be reserved. */
  readonly reservedConcurrency: number | null;
  /** What goes into the package. */
  readonly patterns: readonly string[];
  /** A file to be written beside the bundle, with the records that the variables have no room for. */
  readonly recordsFile: { readonly path: string; readonly text: string } | null;
  /** The rights of the function's role. */
  readonly statements: readonly Statement[];
  /** Where Lambda sends an event whose run failed, in Serverless' terms. */
  readonly destinations: FailedEvents['destinations'];
  readonly resources: Resources;
  readonly outputs: Readonly<Record<string, Output>>;
  /** A sentence for each value that is still an example; while there are any, `sls deploy` refuses. */
  readonly placeholders: readonly string[];
}

/** Lambda measures all variables together, as JSON. */
const MAX_ENVIRONMENT_BYTES = 4_096;

/** Seconds that the handler keeps back, after its window, for a last change and for the report. */
const RESERVE_SECONDS = 5;

/** Seconds that a run with a short window, or none, may take when Route 53 throttles. */
const SHORTEST_TIMEOUT = 30;

/** Seconds from one tick of the schedule to the next. */
const TICK = 60;

/** Where the records are that the variables have no room for: where the build puts the bundle. */
const RECORDS_FILE = 'dist/records.json';

/**
 * Derives the deployment from a stage, checked by the same rules as the function checks its settings, so that what would
 * fail at night fails here.
 *
 * @param service the name of the service and the stage, which tells this deployment's metrics from others'.
 * @param readFile returns the text of a file of this repository.
 * @throws StageError with a sentence for each problem, which says where it was written and names the parameter or the record.
 */
export function readDeployment(
  file: StageFile,
  { service, stage }: { readonly service: string; readonly stage: string },
  readFile = readOwnFile,
): Deployment {
  const problems: Problem[] = [];
  const site = readParameters(file.parameters, problems, readFile);
  const variables = variablesOf(site, file, service);
  const settings = checkSettings(site, variables, readFile, problems);
  const failed = failedEvents(site.failedEventsQueue);
  const deployed = { service, stage, region: site.region };
  const securityGroupIds = securityGroups(site);
  const statements = settings
    ? statementsFor({
        ...settings,
        subnetIds: site.subnetIds,
        securityGroupIds,
        queueArn: failed.queueArn,
        functionName: functionName({ service }),
        secretsKeyArn: site.consul.secretsKeyArn,
        wideNetworkRights: site.wideNetworkRights,
        xray: site.xray,
      })
    : [];
  if (JSON.stringify(statements).length > MAX_POLICY_LENGTH) {
    problems.push({
      about: 'records',
      sentence: `records: the rights to change ${settings?.records.length} records do not fit into one role, which takes ${MAX_POLICY_LENGTH} characters; move some to a stage of their own.`,
    });
  }
  const timeout = Math.max((settings?.watchSeconds ?? 0) + RESERVE_SECONDS, SHORTEST_TIMEOUT);
  const reservedConcurrency = readConcurrency(site, timeout, problems);
  const placed = settings && placeRecords(site, variables, settings, service);
  const size = placed ? sizeOf(placed.environment) : 0;
  if (size > MAX_ENVIRONMENT_BYTES) {
    problems.push({
      about: '',
      sentence: `the parameters make ${size} bytes of variables, and Lambda takes ${MAX_ENVIRONMENT_BYTES}: shorten them, consulAddr for example.`,
    });
  }
  if (!settings || !placed || problems.length > 0)
    throw new StageError(problems.map((problem) => located(file, problem)));
  return {
    region: site.region,
    vpc: { subnetIds: site.subnetIds, securityGroupIds },
    ...placed,
    timeout,
    memory: memoryFor(site, settings.records.length),
    xray: site.xray,
    reservedConcurrency,
    statements,
    destinations: failed.destinations,
    resources: {
      ...networkResources(site, settings.consul),
      ...topicResources(site, service),
      ...failed.resources,
      ...alarmResources({ ...deployed, alarmTopic: topicArn(site), timeout }),
      ...(site.dashboard && dashboardResource(service, alarmNames(service), site.metricsByRecord)),
    },
    outputs: stackOutputs(deployed, site.dashboard),
    placeholders: placeholdersIn(file).map((problem) => located(file, problem)),
  };
}

/** Up to how many records the smallest memory is enough (docs/adr/0019-what-is-paid-for.md). */
const FEW_RECORDS = 20;

/** MB. The process takes 74 MiB with one name and 102 with 100; CPU comes with memory. */
function memoryFor({ memory }: Site, records: number): number {
  if (memory !== '') return Number(memory);
  return records <= FEW_RECORDS ? 128 : 256;
}

/** The variables, with the records among them if Lambda takes that much, otherwise in a file beside the code. */
function placeRecords(
  site: Site,
  { RECORDS = '', ...variables }: Variables,
  { watchSeconds }: Settings,
  service: string,
): Pick<Deployment, 'environment' | 'patterns' | 'recordsFile'> {
  const others = {
    ...variables,
    WATCH_SECONDS: String(watchSeconds),
    POWERTOOLS_SERVICE_NAME: service,
    ...(site.logLevel !== '' && { POWERTOOLS_LOG_LEVEL: site.logLevel }),
    ...(site.metricsByRecord && { METRICS_BY_RECORD: 'true' }),
  };
  const inline = { ...others, RECORDS };
  const patterns = ['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt', ...site.consul.files];
  if (sizeOf(inline) <= MAX_ENVIRONMENT_BYTES) return { environment: inline, patterns, recordsFile: null };
  return {
    environment: { ...others, RECORDS_FILE },
    patterns: [...patterns, RECORDS_FILE],
    recordsFile: { path: RECORDS_FILE, text: RECORDS },
  };
}

/**
 * Nothing depends on a limit: any number of invocations may run at once. Whoever wants one must leave room for the
 * windows that overlap, as the next one begins before the last one ends, and for an invocation by hand.
 */
function readConcurrency({ reservedConcurrency }: Site, timeout: number, problems: Problem[]): number | null {
  if (reservedConcurrency === '') return null;
  const windows = Math.max(2, Math.ceil(timeout / TICK));
  if (!/^\d{1,9}$/.test(reservedConcurrency) || Number(reservedConcurrency) < windows + 1) {
    problems.push({
      about: 'reservedConcurrency',
      sentence: `reservedConcurrency is "${reservedConcurrency}" and must be a whole number of at least ${windows + 1}, because ${windows} windows overlap and an invocation by hand comes on top; leave it out to reserve none.`,
    });
  }
  return Number(reservedConcurrency);
}

function sizeOf(environment: Deployment['environment']): number {
  return Buffer.byteLength(JSON.stringify(environment));
}

/** The settings as the function will read them; `undefined` where one is wrong. */
function checkSettings(
  site: Site,
  variables: Variables,
  readFile: (path: string) => string,
  problems: Problem[],
): Settings | undefined {
  try {
    // The Region as Lambda sets it. One that is missing has a sentence already.
    return readSettings({ ...variables, AWS_REGION: site.region || 'us-east-1' }, readFile);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const problem of error.problems)
      problems.push(asStageProblem(problem) ?? { about: '', sentence: problem });
    return undefined;
  }
}
