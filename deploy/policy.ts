import { RECORD_TYPES } from '../src/domain/address.ts';
import { byZone } from '../src/domain/by-zone.ts';
import type { RecordName } from '../src/domain/record-name.ts';
import type { ConsulSettings, Settings } from '../src/settings/settings.ts';
import type { SecretReference } from '../src/settings/settings-reader.ts';

/** A value in a CloudFormation template: a text, or an intrinsic function. */
export type Value = string | Readonly<Record<string, unknown>>;

/** A statement of an IAM policy. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: Value | readonly Value[];
  readonly Condition?: object;
}

/** What the role's rights are derived from. */
export interface PolicyInput extends Pick<Settings, 'records' | 'route53Role' | 'consul'> {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly Value[];
  /** The queue for events whose run failed; `undefined` where there is none. */
  readonly queueArn: Value | undefined;
  readonly functionName: string;
  /** Empty where the keys are those that AWS manages. */
  readonly secretsKeyArn: string;
  /** Whether Lambda sends traces. */
  readonly xray: boolean;
  /** Whether Lambda may place the function's interfaces into any subnet and group, and not only into its own. */
  readonly wideNetworkRights: boolean;
}

/** The most characters of a role's inline policies, white space aside. */
export const MAX_POLICY_LENGTH = 10_240;

/** Everything that the function's role may do. */
export function statementsFor(input: PolicyInput): readonly Statement[] {
  return [
    // The rights on the zones are that role's, in its own account.
    ...(input.route53Role ? [allow(['sts:AssumeRole'], input.route53Role.arn)] : route53(input)),
    ...secrets(input),
    ...network(input),
    // Its own log group, which the stack creates, and the streams in it, which Lambda names.
    allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      here('logs', `log-group:/aws/lambda/${input.functionName}:*`),
    ),
    // Lambda, in the role's name, sends what failed. (Alarms are CloudWatch's, and need nothing here.)
    ...(input.queueArn !== undefined ? [allow(['sqs:SendMessage'], input.queueArn)] : []),
    // X-Ray has no resources for these: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    ...(input.xray ? [allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*')] : []),
  ];
}

const sub = (text: string): Value => ({ 'Fn::Sub': text });

/** The ARN of something in the stack's own Region and account. */
const here = (service: string, resource: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);

const allow = (
  Action: Statement['Action'],
  Resource: Statement['Resource'],
  Condition?: object,
): Statement => ({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) });

/**
 * Only the records' zones; to write, in each zone only its own records' names, with their registry records, and the
 * name of the revisions. Route 53 compares names lower-case and without a trailing dot, which is the form they have here.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 */
function route53({ records }: PolicyInput): readonly Statement[] {
  const zones = byZone(records);
  const [first, ...others] = [...zones.keys()].map(zoneArn);
  if (!first) return [];
  return [
    allow(
      ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
      others.length === 0 ? first : [first, ...others],
    ),
    ...[...zones].map(([zoneId, own]) =>
      allow(['route53:ChangeResourceRecordSets'], zoneArn(zoneId), {
        'ForAllValues:StringLike': { [NAMES]: [...own.map(({ name }) => normalized(name)), REVISIONS] },
        'ForAllValues:StringEquals': {
          // A conflict that is replaced may be a CNAME.
          [TYPES]: own.some(({ onConflict }) => onConflict === 'replace')
            ? [...WRITTEN_TYPES, 'CNAME']
            : WRITTEN_TYPES,
          [ACTIONS]: ['CREATE', 'UPSERT', 'DELETE'],
        },
        // A key that a request lacks would otherwise count as one whose values all match.
        Null: { [NAMES]: 'false', [TYPES]: 'false', [ACTIONS]: 'false' },
      }),
    ),
    // What became of a change: its ID is not known before it is made.
    allow(['route53:GetChange'], sub(`arn:\${AWS::Partition}:route53:::change/*`)),
  ];
}

/** What Route 53 tells IAM of a batch, each a list over all its changes. */
const NAMES = 'route53:ChangeResourceRecordSetsNormalizedRecordNames';
const TYPES = 'route53:ChangeResourceRecordSetsRecordTypes';
const ACTIONS = 'route53:ChangeResourceRecordSetsActions';

/** Of the addresses, and of the registry records and revisions. */
const WRITTEN_TYPES = [...RECORD_TYPES, 'TXT'];

/** The name of the revisions (src/plan/ownership.ts), whatever the zone is called: here, only its ID is known. */
const REVISIONS = '_consul-route53-updater.*';

/**
 * A name as Route 53 tells it to IAM: a wildcard's `*` as `\052`. So no name has a `*` or `?` of its own, which
 * `StringLike` would take for others, and a backslash means nothing to it.
 */
const normalized = (name: RecordName) => name.replace('*', '\\052');

const zoneArn = (zoneId: string) => sub(`arn:\${AWS::Partition}:route53:::hostedzone/${zoneId}`);

/** What the function fetches from SSM Parameter Store and Secrets Manager. */
export function secretReferences({ identity, tls }: ConsulSettings): readonly SecretReference[] {
  const settings = [identity.by === 'token' ? identity.token : undefined, tls.ca, tls.cert, tls.key];
  return settings.flatMap((setting) => (setting && 'reference' in setting ? [setting.reference] : []));
}

const STORES = [
  { store: 'ssm', service: 'ssm', action: 'ssm:GetParameter', arnOf: parameterArn },
  {
    ...{ store: 'secrets-manager', service: 'secretsmanager' },
    ...{ action: 'secretsmanager:GetSecretValue', arnOf: secretArn },
  },
] as const;

/**
 * To read exactly what the settings name. A login by the role itself needs nothing here: it is a signature, and
 * whoever it shows the role to sends it (sts:GetCallerIdentity needs no right either).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
function secrets({ consul, secretsKeyArn }: PolicyInput): readonly Statement[] {
  const references = secretReferences(consul);
  const used = STORES.map(({ store, arnOf, ...names }) => {
    const arns = references.filter((each) => each.store === store).map(({ name }) => arnOf(name));
    return { ...names, arns: [...new Map(arns.map((arn) => [JSON.stringify(arn), arn])).values()] };
  }).filter(({ arns }) => arns.length > 0);
  return [
    ...used.map(({ action, arns }) => allow([action], arns)),
    // Only for what those services decrypt: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    ...(secretsKeyArn !== ''
      ? [
          allow(['kms:Decrypt'], secretsKeyArn, {
            StringEquals: {
              'kms:ViaService': used.map(({ service }) => sub(`${service}.\${AWS::Region}.amazonaws.com`)),
            },
          }),
        ]
      : []),
  ];
}

/** A version or label behind the name is not part of the ARN. */
function parameterArn(name: string): Value {
  const arn = /^(arn:.*:parameter\/[^:]+)/.exec(name)?.[1];
  if (arn !== undefined) return arn;
  const [path = ''] = name.split(':');
  return here('ssm', `parameter/${path.replace(/^\//, '')}`);
}

/**
 * Secrets Manager ends an ARN with six random characters, which are not known from the name.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
 */
function secretArn(name: string): Value {
  if (name.startsWith('arn:')) return /-[A-Za-z0-9]{6}$/.test(name) ? name : `${name}-??????`;
  return here('secretsmanager', `secret:${name}-??????`);
}

/**
 * What Lambda needs to place the function into the VPC. It acts in the role's name but not from within the function;
 * the function's own code is denied all of it, as AWS advises.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 *
 * Lambda refuses to create a function whose role lacks these rights, and looks for them on all resources; only for
 * `CreateNetworkInterface` is it known to be content with less (docs/adr/0016-rights-of-the-network.md).
 */
function network({
  subnetIds,
  securityGroupIds,
  functionName,
  wideNetworkRights,
}: PolicyInput): readonly Statement[] {
  const ec2 = `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}`;
  const groups = securityGroupIds.map((id) =>
    typeof id === 'string'
      ? sub(`${ec2}:security-group/${id}`)
      : { 'Fn::Sub': [`${ec2}:security-group/\${Group}`, { Group: id }] },
  );
  // An interface has no ID before it exists.
  const own = [
    sub(`${ec2}:network-interface/*`),
    ...subnetIds.map((id) => sub(`${ec2}:subnet/${id}`)),
    ...groups,
  ];
  const create = ['ec2:CreateNetworkInterface'];
  const others = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:DeleteNetworkInterface',
    'ec2:UnassignPrivateIpAddresses',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
  ];
  return [
    allow(create, wideNetworkRights ? '*' : own),
    allow(others, '*'),
    {
      Effect: 'Deny',
      Action: [...create, ...others],
      Resource: '*',
      Condition: {
        ArnEquals: {
          'lambda:SourceFunctionArn': here('lambda', `function:${functionName}`),
        },
      },
    },
  ];
}
