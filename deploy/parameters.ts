import { isIPv4 } from 'node:net';
import { PRIVATE_CIDRS } from '../src/domain/address-policy.ts';
import { parseCidr } from '../src/domain/cidr.ts';
import { CONSUL_EXAMPLES, type ConsulSite, REFUSED, readConsulParameters } from './consul-parameters.ts';
import { nearest } from './nearest.ts';

/** A stage's parameters as they were written; `null` where one is missing. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What is wrong with a stage. */
export interface Problem {
  /** The parameter, or `records`. */
  readonly about: string;
  /** A sentence that names it. */
  readonly sentence: string;
}

/** Where to report trouble: to a topic of the stack's own, or to one that is there already. */
export type AlarmTarget = { readonly email: string } | { readonly topicArn: string };

/** The parameters, checked. */
export interface Site {
  readonly region: string;
  readonly consulAddr: string;
  readonly consul: ConsulSite;
  /** Empty where each record names its own. */
  readonly hostedZoneId: string;
  /** Empty where the function's own role changes the records. */
  readonly route53RoleArn: string;
  readonly route53ExternalId: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Empty where a security group is to be created. */
  readonly securityGroupIds: readonly string[];
  /** Where a created security group lets the function reach Consul. */
  readonly consulCidrs: readonly string[];
  readonly route53Endpoint: boolean;
  /** Whether Lambda may place the function's interfaces anywhere, and not only into its subnets and groups. */
  readonly wideNetworkRights: boolean;
  readonly alarm: AlarmTarget;
  /** Whether events whose run failed are kept in a queue. */
  readonly failedEventsQueue: boolean;
  readonly xray: boolean;
  readonly dashboard: boolean;
  readonly metricsByRecord: boolean;
  /** Empty for the function's own default. */
  readonly logLevel: string;
  /** As it was given, in MB; empty where it follows from the number of records. */
  readonly memory: string;
  /** As it was given, for the function's own rules to judge; empty for their default. */
  readonly watchSeconds: string;
  /** Likewise; empty for the name of the service and the stage. */
  readonly ownerId: string;
  /** As it was given; empty where no concurrency is to be reserved. */
  readonly reservedConcurrency: string;
}

/** An example of each parameter. */
export const EXAMPLES = {
  region: 'eu-west-1',
  consulAddr: 'https://consul.corp.internal:8501',
  hostedZoneId: 'Z08345992R7HSH0EXAMPLE',
  route53RoleArn: 'arn:aws:iam::210987654321:role/route53-updater',
  route53ExternalId: 'consul-route53-updater',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0,subnet-0fedcba9876543210',
  securityGroupIds: 'sg-0123456789abcdef0',
  consulCidr: '10.20.0.0/16',
  route53Endpoint: 'true',
  wideNetworkRights: 'true',
  alarmEmail: 'operations@example.com',
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations',
  failedEventsQueue: 'true',
  metricsByRecord: 'true',
  dashboard: 'true',
  xray: 'true',
  logLevel: 'WARN',
  memory: '256',
  watchSeconds: '75',
  ownerId: 'consul-route53-updater-dev',
  reservedConcurrency: '3',
  ...CONSUL_EXAMPLES,
} as const;

type Name = keyof typeof EXAMPLES;

/** As many rules as a security group has room for, each port taking one for each block. */
const MAX_CIDRS = 10;

/** The private ranges, as rules of security groups have them. */
export const PRIVATE_IPV4_CIDRS = PRIVATE_CIDRS.filter((cidr) => !cidr.includes(':'));

/**
 * Reads the parameters.
 *
 * @param problems gets a sentence for each problem, with an example. What only the function's own rules tell is left to
 *   them, an address of Consul and the zone among it.
 * @param readFile returns the text of a file of this repository.
 */
export function readParameters(
  parameters: Parameters,
  problems: Problem[],
  readFile: (path: string) => string,
): Site {
  const reader = parameterReader(parameters, problems);
  for (const name of Object.keys(parameters)) {
    const refusal = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    if (refusal !== undefined) problems.push({ about: name, sentence: refusal });
    else if (!Object.hasOwn(EXAMPLES, name)) problems.push({ about: name, sentence: unknownParameter(name) });
  }
  const securityGroupIds = reader.ids('securityGroupIds', 'sg');
  const region = readRegion(reader);
  return {
    region,
    consulAddr: reader.optional('consulAddr'),
    consul: readConsulParameters(reader, readFile),
    hostedZoneId: reader.optional('hostedZoneId'),
    route53RoleArn: reader.optional('route53RoleArn'),
    route53ExternalId: reader.optional('route53ExternalId'),
    vpcId: reader.checked('vpcId', ID('vpc'), 'is not of the form vpc-…', reader.required('vpcId')),
    subnetIds: reader.ids('subnetIds', 'subnet', reader.required('subnetIds')),
    securityGroupIds,
    consulCidrs: readCidrs(reader, securityGroupIds),
    route53Endpoint: readSwitch(reader, 'route53Endpoint'),
    wideNetworkRights: readSwitch(reader, 'wideNetworkRights'),
    alarm: readAlarm(reader, region),
    failedEventsQueue: readSwitch(reader, 'failedEventsQueue'),
    metricsByRecord: readSwitch(reader, 'metricsByRecord'),
    dashboard: readSwitch(reader, 'dashboard'),
    xray: readSwitch(reader, 'xray'),
    // Without WARN nobody would learn why a record is held.
    logLevel: reader.checked('logLevel', /^(INFO|WARN)$/, 'must be INFO or WARN'),
    memory: readMemory(reader),
    watchSeconds: reader.optional('watchSeconds'),
    ownerId: reader.optional('ownerId'),
    reservedConcurrency: reader.optional('reservedConcurrency'),
  };
}

function unknownParameter(name: string): string {
  const known = Object.keys(EXAMPLES);
  const meant = nearest(name, known);
  return `${name} is not a parameter that is known: ${meant ? `did you mean ${meant}?` : `known are records, ${known.join(', ')}.`}`;
}

/**
 * The Region, which nothing else decides: with a profile of the AWS CLI that has one, Serverless would silently take
 * us-east-1. Regions of other partitions are refused (docs/adr/0017-one-region-one-partition.md).
 */
function readRegion({ required, checked, problem }: Reader): string {
  const region = checked(
    'region',
    /^[a-z]{2}(-[a-z]+)+-\d$/,
    'is not the name of a Region',
    required('region'),
  );
  if (/^(cn|us-gov|[a-z]+-iso[a-z]*)-/.test(region)) {
    problem(
      'region',
      `is "${region}", and China, GovCloud and the isolated Regions are not supported, because the Route 53 API is another one there; choose a Region of the partition "aws"`,
    );
  }
  return region;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
function readMemory({ optional, problem }: Reader): string {
  const text = optional('memory');
  if (text !== '' && !(/^\d{3,5}$/.test(text) && Number(text) >= 128 && Number(text) <= 10_240))
    problem('memory', `is "${text}" and must be a whole number of MB from 128 to 10240`);
  return text;
}

const ID = (prefix: string) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`);

function parameterReader(parameters: Parameters, problems: Problem[]) {
  const problem = (name: Name, what: string) =>
    void problems.push({ about: name, sentence: `${name} ${what}: for example ${EXAMPLES[name]}.` });
  /** A list, a number or a switch of a YAML file as it would be written in `--param`. */
  const optional = (name: Name): string => {
    const value = parameters[name] ?? '';
    if (Array.isArray(value)) return value.join(',');
    if (typeof value === 'object') problem(name, 'must be a text');
    return typeof value === 'object' ? '' : String(value).trim();
  };
  const checked = (name: Name, form: RegExp, what: string, value = optional(name)): string => {
    if (value !== '' && !form.test(value)) problem(name, `is "${value}", which ${what}`);
    return value;
  };
  return {
    problem,
    optional,
    checked,
    required(name: Name): string {
      const value = optional(name);
      if (value === '') problem(name, 'is required');
      return value;
    },
    ids(name: Name, prefix: string, text = optional(name)): readonly string[] {
      const ids = split(text);
      for (const id of ids) {
        if (!ID(prefix).test(id)) {
          problem(name, `holds "${id}", which is not of the form ${prefix}-…`);
        }
      }
      return ids;
    },
  };
}

type Reader = ReturnType<typeof parameterReader>;

const split = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function readCidrs({ optional, problem }: Reader, securityGroupIds: readonly string[]): readonly string[] {
  const cidrs = split(optional('consulCidr'));
  for (const cidr of cidrs) {
    if (!parseCidr(cidr) || !isIPv4(cidr.slice(0, cidr.indexOf('/')))) {
      problem('consulCidr', `holds "${cidr}", which is not a block of IPv4 addresses`);
    }
  }
  if (cidrs.length > MAX_CIDRS) problem('consulCidr', `holds more than ${MAX_CIDRS} blocks`);
  if (cidrs.length > 0 && securityGroupIds.length > 0) {
    problem('consulCidr', 'is of no use beside securityGroupIds, which bring their own rules; leave one out');
  }
  return cidrs.length > 0 ? cidrs : PRIVATE_IPV4_CIDRS;
}

/** A switch; off where nothing is given. */
function readSwitch({ optional, problem }: Reader, name: Name): boolean {
  const text = optional(name);
  if (!/^(true|false|)$/.test(text)) problem(name, `is "${text}" and must be true or false`);
  return text === 'true';
}

function readAlarm({ checked, problem }: Reader, region: string): AlarmTarget {
  const email = checked('alarmEmail', /^[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/, 'is not an e-mail address');
  const topicArn = checked(
    'alarmTopicArn',
    // CloudWatch alarms take standard topics only, whose names do not end with ".fifo".
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    'is not the ARN of a standard topic',
  );
  // An alarm does not reach a topic in another Region, and says nothing of it.
  const [, , , topicRegion] = topicArn.split(':');
  if (region !== '' && topicRegion !== undefined && topicRegion !== region) {
    problem('alarmTopicArn', `is in ${topicRegion}, but region is ${region}; use a topic there`);
  }
  if (email === '' && topicArn === '') {
    problem('alarmEmail', 'or alarmTopicArn is required, which says who is told when something is wrong');
  }
  if (email !== '' && topicArn !== '') {
    problem('alarmEmail', 'and alarmTopicArn are both given; keep one of the two');
  }
  return topicArn !== '' ? { topicArn } : { email };
}
