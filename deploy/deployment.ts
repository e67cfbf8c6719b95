import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSettings, type Settings } from '../src/settings/settings.ts';
import { SettingsError } from '../src/settings/settings-error.ts';
import { alarmNames, alarmResources } from './alarms.ts';
import { PARAMETER_OF } from './consul-parameters.ts';
import { dashboardResource } from './dashboard.ts';
import { type FailedEvents, failedEvents } from './failed-events.ts';
import { networkResources, type Resources, securityGroups } from './network.ts';
import { functionName, type Output, stackOutputs } from './outputs.ts';
import { type Parameters, readParameters, type Site } from './parameters.ts';
import { placeholdersIn } from './placeholders.ts';
import { MAX_POLICY_LENGTH, type Statement, statementsFor, type Value } from './policy.ts';

import { topicArn, topicResources } from './topic.ts';

/** The text of a file of this repository. */
const readOwnFile = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

/** What serverless.yml takes from records.json and the parameters. */
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
  /** The rights of the function's role. */
  readonly statements: readonly Statement[];
  /** Where Lambda sends an event whose run failed, in Serverless' terms. */
  readonly destinations: FailedEvents['destinations'];
  readonly resources: Resources;
  readonly outputs: Readonly<Record<string, Output>>;
  /** A sentence for each value that is still an example; while there are any, `sls deploy` refuses. */
  readonly placeholders: readonly string[];
}

/** What cannot be deployed: a sentence for each problem, a line each. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}

/** Lambda measures all variables together, as JSON. */
const MAX_ENVIRONMENT_BYTES = 4_096;

/** Seconds that the handler keeps back, after its window, for a last change and for the report. */
const RESERVE_SECONDS = 5;

/** Seconds that a run with a short window, or none, may take when Route 53 throttles. */
const SHORTEST_TIMEOUT = 30;

/** Seconds from one tick of the schedule to the next. */
const TICK = 60;

/**
 * Derives the deployment from records.json and the stage's parameters, checked by the same rules as the function
 * checks them, so that what would fail at night fails here.
 *
 * @param service the name of the service and the stage, which tells this deployment's metrics from others'.
 * @param records the text of records.json.
 * @param readFile returns the text of a file of this repository.
 * @throws DeploymentError with a sentence for each problem, naming the parameter or `records.json`.
 */
export function readDeployment(
  parameters: Parameters,
  service: string,
  records = readOwnFile('records.json'),
  readFile = readOwnFile,
): Deployment {
  const problems: string[] = [];
  const site = readParameters(parameters, problems, readFile);
  const settings = checkSettings(site, service, records, readFile, problems);
  const failed = failedEvents(site.failedEventsQueue);
  const deployed = { service, region: site.region };
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
    problems.push(
      `records.json has ${settings?.records.length} records: the rights to change them do not fit into one role, which takes ${MAX_POLICY_LENGTH} characters; move some to a stage of their own.`,
    );
  }
  const timeout = Math.max((settings?.watchSeconds ?? 0) + RESERVE_SECONDS, SHORTEST_TIMEOUT);
  const reservedConcurrency = readConcurrency(site, timeout, problems);
  const placed = settings && placeRecords(site, settings, service, records);
  const size = placed ? sizeOf(placed.environment) : 0;
  if (size > MAX_ENVIRONMENT_BYTES) {
    problems.push(
      `The parameters make ${size} bytes of variables, and Lambda takes ${MAX_ENVIRONMENT_BYTES}: shorten them, consulAddr for example.`,
    );
  }
  if (!settings || !placed || problems.length > 0) throw new DeploymentError(problems.join('\n'));
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
    placeholders: placeholdersIn(parameters, settings.records),
  };
}

/** Up to how many records the smallest memory is enough (docs/adr/0019-what-is-paid-for.md). */
const FEW_RECORDS = 20;

/** MB. The process takes 74 MiB with one name and 102 with 100; CPU comes with memory. */
function memoryFor({ memory }: Site, records: number): number {
  if (memory !== '') return Number(memory);
  return records <= FEW_RECORDS ? 128 : 256;
}

/** The variables, with records.json among them if Lambda takes that much, otherwise beside the code. */
function placeRecords(
  site: Site,
  { watchSeconds }: Settings,
  service: string,
  records: string,
): Pick<Deployment, 'environment' | 'patterns'> {
  const others = {
    CONSUL_HTTP_ADDR: site.consulAddr,
    ...zoneVariables(site),
    ...site.consul.variables,
    WATCH_SECONDS: String(watchSeconds),
    OWNER_ID: ownerOf(site, service),
    POWERTOOLS_SERVICE_NAME: service,
    ...(site.logLevel !== '' && { POWERTOOLS_LOG_LEVEL: site.logLevel }),
    ...(site.metricsByRecord && { METRICS_BY_RECORD: 'true' }),
  };
  const inline = { ...others, RECORDS: JSON.stringify(JSON.parse(records)) };
  const patterns = ['!**', 'dist/*.cjs', 'dist/NOTICES.txt', ...site.consul.files];
  return sizeOf(inline) <= MAX_ENVIRONMENT_BYTES
    ? { environment: inline, patterns }
    : { environment: { ...others, RECORDS_FILE: 'records.json' }, patterns: [...patterns, 'records.json'] };
}

/** Each deployment keeps names of its own, so its name is who owns them. */
function ownerOf({ ownerId }: Site, service: string): string {
  return ownerId || service;
}

/**
 * Nothing depends on a limit: any number of invocations may run at once. Whoever wants one must leave room for the
 * windows that overlap, as the next one begins before the last one ends, and for an invocation by hand.
 */
function readConcurrency({ reservedConcurrency }: Site, timeout: number, problems: string[]): number | null {
  if (reservedConcurrency === '') return null;
  const windows = Math.max(2, Math.ceil(timeout / TICK));
  if (!/^\d{1,9}$/.test(reservedConcurrency) || Number(reservedConcurrency) < windows + 1) {
    problems.push(
      `The parameter reservedConcurrency is "${reservedConcurrency}" and must be a whole number of at least ${windows + 1}, because ${windows} windows overlap and an invocation by hand comes on top; leave it out to reserve none.`,
    );
  }
  return Number(reservedConcurrency);
}

function sizeOf(environment: Deployment['environment']): number {
  return Buffer.byteLength(JSON.stringify(environment));
}

/** The variables for the zones and the role that may change them. */
function zoneVariables(site: Site): Readonly<Record<string, string>> {
  const { hostedZoneId, route53RoleArn, route53ExternalId } = site;
  return {
    ...(hostedZoneId !== '' && { HOSTED_ZONE_ID: hostedZoneId }),
    ...(route53RoleArn !== '' && { ROUTE53_ROLE_ARN: route53RoleArn }),
    ...(route53ExternalId !== '' && { ROUTE53_EXTERNAL_ID: route53ExternalId }),
  };
}

/** Where a variable comes from. */
const SOURCES: Readonly<Record<string, string>> = {
  CONSUL_HTTP_ADDR: 'consulAddr',
  HOSTED_ZONE_ID: 'hostedZoneId',
  ROUTE53_ROLE_ARN: 'route53RoleArn',
  ROUTE53_EXTERNAL_ID: 'route53ExternalId',
  WATCH_SECONDS: 'watchSeconds',
  OWNER_ID: 'ownerId',
  ...PARAMETER_OF,
};

/** The settings as the function will read them; `undefined` where one is wrong. */
function checkSettings(
  site: Site,
  service: string,
  records: string,
  readFile: (path: string) => string,
  problems: string[],
): Settings | undefined {
  // One that is missing has a sentence already.
  const given = {
    ...site.consul.variables,
    CONSUL_HTTP_ADDR: site.consulAddr || 'https://consul.corp.internal:8501',
    ...zoneVariables(site),
    RECORDS: records,
    WATCH_SECONDS: site.watchSeconds,
    OWNER_ID: ownerOf(site, service),
    // As Lambda sets it. One that is missing has a sentence already.
    AWS_REGION: site.region || 'us-east-1',
  };
  try {
    return readSettings(given, readFile);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const problem of error.problems) problems.push(withParameters(problem));
    return undefined;
  }
}

/** A problem of the settings, told of by what they come from. */
function withParameters(problem: string): string {
  return problem
    .replace(/^RECORDS/, 'records.json')
    .replace(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g, (variable) =>
      variable in SOURCES ? `the parameter ${SOURCES[variable]}` : variable,
    )
    .replace(/^the /, 'The ');
}
