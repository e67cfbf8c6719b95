import { X509Certificate } from 'node:crypto';
import { posix } from 'node:path';
import { isPem } from '../src/settings/consul-settings.ts';

/** The parameters that the function gets as variables, under which name, and an example of each. */
const PARAMETERS = {
  consulTokenSsm: ['CONSUL_HTTP_TOKEN_SSM', '/consul/rdsproxy-token'],
  consulTokenSecret: ['CONSUL_HTTP_TOKEN_SECRET', 'consul/rdsproxy#token'],
  consulAuthMethod: ['CONSUL_AUTH_METHOD', 'aws-lambda'],
  consulAuthServerId: ['CONSUL_AUTH_SERVER_ID', 'consul.corp.internal'],
  consulCaCert: ['CONSUL_CACERT', 'certs/consul-ca.pem'],
  consulCaCertSsm: ['CONSUL_CACERT_SSM', '/consul/ca'],
  consulCaCertSecret: ['CONSUL_CACERT_SECRET', 'consul/tls#ca'],
  consulClientCert: ['CONSUL_CLIENT_CERT', 'certs/rdsproxy.pem'],
  consulClientCertSsm: ['CONSUL_CLIENT_CERT_SSM', '/consul/client-certificate'],
  consulClientCertSecret: ['CONSUL_CLIENT_CERT_SECRET', 'consul/tls#certificate'],
  consulClientKeySsm: ['CONSUL_CLIENT_KEY_SSM', '/consul/client-key'],
  consulClientKeySecret: ['CONSUL_CLIENT_KEY_SECRET', 'consul/tls#key'],
  consulTlsServerName: ['CONSUL_TLS_SERVER_NAME', 'server.dc1.consul'],
  consulNamespace: ['CONSUL_NAMESPACE', 'databases'],
  consulPartition: ['CONSUL_PARTITION', 'production'],
  consulDatacenter: ['CONSUL_DATACENTER', 'dc1'],
  consulConsistency: ['CONSUL_CONSISTENCY', 'stale'],
  consulMaxStale: ['CONSUL_MAX_STALE', '5'],
} as const;

type Variable = keyof typeof PARAMETERS;
type Name = Variable | 'secretsKeyArn';

const NAMES = Object.keys(PARAMETERS) as readonly Variable[];

/** An example of each parameter about Consul. */
export const CONSUL_EXAMPLES = {
  ...(Object.fromEntries(NAMES.map((name) => [name, PARAMETERS[name][1]])) as Record<Variable, string>),
  secretsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};

/** The parameter of each variable. */
export const PARAMETER_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NAMES.map((name) => [PARAMETERS[name][0], name])),
  CONSUL_HTTP_TOKEN: 'consulTokenSsm or consulTokenSecret',
  CONSUL_CLIENT_KEY: 'consulClientKeySsm or consulClientKeySecret',
};

/** What an operator may look for and will not find: everybody who may read the function, or its package, could read it. */
export const REFUSED: Readonly<Record<string, string>> = {
  consulToken:
    'consulToken does not exist, because whoever may look at the function could read the token: put it into SSM Parameter Store or Secrets Manager, and give consulTokenSsm or consulTokenSecret.',
  consulClientKey:
    'consulClientKey does not exist, because the key would lie in the repository and in the package: put it into SSM Parameter Store or Secrets Manager, and give consulClientKeySsm or consulClientKeySecret.',
};

/** What the parameters say of Consul besides its address. */
export interface ConsulSite {
  readonly variables: Readonly<Record<string, string>>;
  /** Files of this repository that the function needs, relative to it. */
  readonly files: readonly string[];
  /** Empty where parameters and secrets are encrypted with the keys that AWS manages. */
  readonly secretsKeyArn: string;
}

/** How parameters are read. */
export interface ParameterReader {
  optional(name: Name): string;
  /** The value, which is a problem if it is given and not of that form. */
  checked(name: Name, form: RegExp, what: string): string;
  problem(name: Name, what: string): void;
}

/**
 * Reads the parameters about Consul. What only the function's own rules can tell is left to them; that includes a file
 * that cannot be read, or is no PEM.
 *
 * @param readFile returns the text of a file of this repository.
 */
export function readConsulParameters(
  reader: ParameterReader,
  readFile: (path: string) => string,
): ConsulSite {
  const variables: Record<string, string> = {};
  const files: string[] = [];
  for (const name of NAMES) {
    const text = reader.optional(name);
    if (text === '') continue;
    if (text.startsWith('arn:')) checkArn(reader, name);
    const [variable] = PARAMETERS[name];
    variables[variable] = text;
    if (name !== 'consulCaCert' && name !== 'consulClientCert') continue;
    const path = pathIn(text);
    if (path === undefined) reader.problem(name, 'must be a file in this repository, by its path from there');
    else if (!files.includes(path)) files.push(path);
    if (path !== undefined) checkCertificates(reader, name, readOrNothing(path, readFile));
    // Where there is no path, that is reported already; a dummy keeps the settings from reporting more.
    variables[variable] = path ?? '-----BEGIN CERTIFICATE-----';
  }
  return { variables, files, secretsKeyArn: readKey(reader, variables) };
}

/** So that a value of another service is found before the role is given a right that is of no use. */
function checkArn({ checked }: ParameterReader, name: Variable): void {
  if (name.endsWith('Ssm'))
    checked(name, /^arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/./, 'is not the ARN of a parameter');
  if (name.endsWith('Secret'))
    checked(name, /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:./, 'is not the ARN of a secret');
}

/** The path of a file that can be packaged: in this repository, and nothing that a pattern would take for more. */
function pathIn(text: string): string | undefined {
  const path = posix.normalize(text);
  return !isPem(text) && /^(?!\/|\.\.(\/|$))[\w. /-]*[\w]$/.test(path) ? path : undefined;
}

function readOrNothing(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch {
    return '';
  }
}

function checkCertificates({ problem }: ParameterReader, name: Variable, text: string): void {
  if (text.includes('PRIVATE KEY-----')) {
    problem(name, 'names a file with a private key, which must not be packaged; keep the certificates only');
    return;
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 && isPem(text)) problem(name, 'names a file without a whole certificate');
  const ends = blocks.map(endOf);
  if (ends.includes(undefined)) problem(name, 'names a file with a certificate that cannot be read');
  // Of several CAs, one may be over; a client's own certificate comes first.
  const over = (end: number | undefined) => end !== undefined && end <= Date.now();
  const isOver = name === 'consulClientCert' ? over(ends[0]) : ends.length > 0 && ends.every(over);
  if (isOver) problem(name, `names a file whose certificate expired at ${dateOf(ends[0])}`);
}

function endOf(pem: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}

const dateOf = (time = Number.NaN) => new Date(time).toISOString();

function readKey({ checked, problem }: ParameterReader, variables: ConsulSite['variables']): string {
  // IAM does not apply a statement about an alias to the key behind it.
  const form = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
  const arn = checked('secretsKeyArn', form, 'is not the ARN of a key (an alias is none)');
  if (arn !== '' && !Object.keys(variables).some((variable) => /_(SSM|SECRET)$/.test(variable)))
    problem('secretsKeyArn', 'is of no use where nothing is kept in SSM Parameter Store or Secrets Manager');
  return arn;
}
