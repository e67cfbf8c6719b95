import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RECORD_TYPES } from '../src/domain/address.ts';
import { SettingsError } from '../src/errors.ts';
import { readSettings, type Settings } from '../src/settings.ts';

const RECORDS_FILE = fileURLToPath(new URL('../records.json', import.meta.url));

/** The stage's parameters as Serverless resolved them; `null` where one is missing. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What serverless.yml takes from records.json and the parameters. */
export interface Deployment {
  readonly vpc: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly object[];
}

/**
 * Derives the deployment from records.json and the stage's parameters, checked by the same rules as the function
 * checks them, so that what would fail at night fails here.
 *
 * @param records the text of records.json.
 * @throws Error with a sentence for each fault, naming the parameter or `records.json`.
 */
export function readDeployment(
  parameters: Parameters,
  records = readFileSync(RECORDS_FILE, 'utf8'),
): Deployment {
  const faults: string[] = [];
  const text = (name: string, example: string): string => {
    const value = parameters[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    faults.push(
      `The parameter ${name} is required: put it into stages/<stage>.yml, or give --param="${name}=${example}".`,
    );
    return '';
  };
  const list = (name: string, prefix: string, example: string): readonly string[] => {
    const ids = text(name, example)
      .split(/[\s,]+/)
      .filter(Boolean);
    for (const id of ids) {
      if (!new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(id)) {
        faults.push(
          `The parameter ${name} holds "${id}", which is not of the form ${prefix}-…: for example ${example}.`,
        );
      }
    }
    return ids;
  };
  const consulAddr = text('consulAddr', 'http://consul.corp.internal:8500');
  const hostedZoneId = text('hostedZoneId', 'Z08345992R7HSH0EXAMPLE');
  const vpc = {
    subnetIds: list('subnetIds', 'subnet', 'subnet-0123456789abcdef0,subnet-0fedcba9876543210'),
    securityGroupIds: list('securityGroupIds', 'sg', 'sg-0123456789abcdef0'),
  };
  const environment = {
    CONSUL_HTTP_ADDR: consulAddr,
    HOSTED_ZONE_ID: hostedZoneId,
    RECORDS: compact(records),
    WATCH_SECONDS: '50',
  };
  const settings = faults.length === 0 ? checkSettings(environment, faults) : undefined;
  if (!settings) throw new Error(faults.join('\n'));
  return { vpc, environment, statements: statementsFor(settings) };
}

function checkSettings(
  environment: Readonly<Record<string, string>>,
  faults: string[],
): Settings | undefined {
  try {
    return readSettings(environment, () => '');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const names = {
      CONSUL_HTTP_ADDR: 'the parameter consulAddr',
      HOSTED_ZONE_ID: 'the parameter hostedZoneId',
      RECORDS: 'records.json',
    };
    for (const fault of error.faults) {
      faults.push(
        fault.replace(/CONSUL_HTTP_ADDR|HOSTED_ZONE_ID|RECORDS/, (name) => names[name as keyof typeof names]),
      );
    }
    return undefined;
  }
}

/** Without the line breaks and indentation: Lambda allows 4 KB for all variables together. */
function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/**
 * Only this zone; to write, only the records' own names and types. Route 53 compares names lower-case and without a
 * trailing dot, which is the form they have here.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 */
function statementsFor({ zoneId, records }: Settings): readonly object[] {
  const zone = { 'Fn::Sub': `arn:\${AWS::Partition}:route53:::hostedzone/${zoneId}` };
  const replacesOthers = records.some(({ onConflict }) => onConflict === 'replace');
  return [
    {
      Effect: 'Allow',
      Action: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
      Resource: zone,
    },
    {
      Effect: 'Allow',
      Action: ['route53:ChangeResourceRecordSets'],
      Resource: zone,
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': records.map(({ name }) =>
            name.replace('*', '\\052'),
          ),
          // A conflict that is replaced may be a CNAME.
          'route53:ChangeResourceRecordSetsRecordTypes': replacesOthers
            ? [...RECORD_TYPES, 'CNAME']
            : RECORD_TYPES,
          'route53:ChangeResourceRecordSetsActions': ['UPSERT', 'DELETE'],
        },
      },
    },
  ];
}
