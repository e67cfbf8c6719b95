import { defined } from '../domain/defined.ts';
import { CONSISTENCIES, type ServiceQuery } from '../domain/service-query.ts';
import { type ConsulIdentity, checkCredential, checkVerification } from './consul-identity.ts';
import { readSecret, type SecretSetting, type SettingsReader, waysGiven } from './settings-reader.ts';

/** How the function reaches Consul. */
export interface ConsulSettings {
  /** Origins (`http://host:port`) in the order in which they are tried. Never empty. */
  readonly addresses: readonly string[];
  readonly identity: ConsulIdentity;
  readonly tls: TlsSettings;
  /** Where the auth method is; records have their own. */
  readonly namespace?: string;
  readonly partition?: string;
}

/** PEM texts, or where they are kept, and the name to expect in Consul's certificate. */
export interface TlsSettings {
  readonly ca?: SecretSetting;
  readonly cert?: SecretSetting;
  readonly key?: SecretSetting;
  readonly serverName?: string;
}

/** What a record asks Consul with where it says nothing of its own. */
export type QueryDefaults = Omit<ServiceQuery, 'service' | 'tag' | 'filter'>;

/** A header cannot carry more than visible ASCII; nor does a Consul token have more. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

/** Reads where Consul is, and who the function is to it. Every problem names its variable and repeats no secret. */
export function readConsul(reader: SettingsReader): ConsulSettings {
  const addresses = readAddresses(reader);
  const identity = readIdentity(reader);
  checkVerification(reader);
  checkCredential(reader, identity, addresses);
  return defined({
    addresses,
    identity,
    tls: readTls(reader),
    namespace: reader.get('CONSUL_NAMESPACE'),
    partition: reader.get('CONSUL_PARTITION'),
  });
}

/** Reads what the records ask Consul with by default. */
export function readQueryDefaults({ get, problem }: SettingsReader): QueryDefaults {
  const text = get('CONSUL_CONSISTENCY');
  const consistency = CONSISTENCIES.find((each) => each === text);
  if (text !== undefined && consistency === undefined)
    problem(`CONSUL_CONSISTENCY, "${text}", must be one of ${CONSISTENCIES.join(', ')}.`);
  const seconds = get('CONSUL_MAX_STALE');
  if (seconds !== undefined && !/^\d+(\.\d+)?$/.test(seconds))
    problem(`CONSUL_MAX_STALE, "${seconds}", must be a number of seconds, for example 5.`);
  return defined({
    datacenter: get('CONSUL_DATACENTER'),
    namespace: get('CONSUL_NAMESPACE'),
    partition: get('CONSUL_PARTITION'),
    consistency,
    maxStale: seconds === undefined ? undefined : Number(seconds),
  });
}

/** An address as Consul's own CLI takes it, too. https://developer.hashicorp.com/consul/commands#consul_http_addr */
const HOST_AND_PORT = /^(?:[\w.-]+|\[[\da-f:.]+\]):\d+$/i;

/** Whether an address without a scheme is one of https. https://developer.hashicorp.com/consul/commands#consul_http_ssl */
function readSsl(reader: SettingsReader): boolean {
  const text = reader.get('CONSUL_HTTP_SSL') ?? 'false';
  if (!/^(true|1|false|0)$/i.test(text))
    reader.problem(`CONSUL_HTTP_SSL, "${text.slice(0, 20)}", must be true or false.`);
  return /^(true|1)$/i.test(text);
}

function readAddresses(reader: SettingsReader): readonly string[] {
  const example = 'for example https://consul.corp.internal:8501, or several with commas';
  const text = reader.get('CONSUL_HTTP_ADDR');
  if (text === undefined) {
    reader.problem(`CONSUL_HTTP_ADDR is required: where Consul's HTTP API answers, ${example}.`);
    return [];
  }
  const scheme = readSsl(reader) ? 'https' : 'http';
  return text.split(',').flatMap((part, index) => {
    const address = HOST_AND_PORT.test(part.trim()) ? `${scheme}://${part.trim()}` : part.trim();
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const which = `The address number ${index + 1} in CONSUL_HTTP_ADDR`;
    if (url?.username || url?.password) {
      reader.problem(
        `${which} carries a user name or password: give the token as CONSUL_HTTP_TOKEN instead.`,
      );
    } else if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
      // A part before `@` or behind `?` may be a secret.
      const said = /[@?#]/.test(part) ? '' : `, "${part.trim()}",`;
      reader.problem(`${which}${said} is not of the form http(s)://host:port: ${example}.`);
    } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      reader.problem(
        `${which}, at ${url.host}, has more than http(s)://host:port: leave out all that follows the port.`,
      );
    } else {
      return [url.origin];
    }
    return [];
  });
}

function readIdentity(reader: SettingsReader): ConsulIdentity {
  const token = readSecret(reader, 'CONSUL_HTTP_TOKEN', (text) => {
    if (isToken(text)) return text;
    return reader.problem(
      'CONSUL_HTTP_TOKEN has characters that no HTTP header can carry: look for a line break or a space.',
    );
  });
  const authMethod = reader.get('CONSUL_AUTH_METHOD');
  const serverId = reader.get('CONSUL_AUTH_SERVER_ID');
  if (authMethod === undefined) {
    if (serverId !== undefined)
      reader.problem('CONSUL_AUTH_SERVER_ID is set but CONSUL_AUTH_METHOD is not: it belongs to a login.');
    return token === undefined ? { by: 'nothing' } : { by: 'token', token };
  }
  const given = waysGiven(reader.get, 'CONSUL_HTTP_TOKEN');
  if (given.length > 0)
    reader.problem(
      `CONSUL_AUTH_METHOD and ${given.join(', ')} are set together: a login gives its own token.`,
    );
  const region = reader.get('AWS_REGION') ?? reader.get('AWS_DEFAULT_REGION');
  if (region === undefined)
    reader.problem('AWS_REGION is required with CONSUL_AUTH_METHOD; Lambda sets it by itself.');
  return defined({ by: 'aws-iam' as const, authMethod, region: region ?? '', serverId });
}

function readTls(reader: SettingsReader): TlsSettings {
  if (/^(false|0)$/i.test(reader.get('CONSUL_HTTP_SSL_VERIFY') ?? '')) {
    reader.problem(
      "CONSUL_HTTP_SSL_VERIFY cannot turn verification off: give the certificate of Consul's CA as CONSUL_CACERT.",
    );
  }
  const tls = defined({
    ca: readPem(reader, 'CONSUL_CACERT'),
    cert: readPem(reader, 'CONSUL_CLIENT_CERT'),
    key: readPem(reader, 'CONSUL_CLIENT_KEY'),
    serverName: reader.get('CONSUL_TLS_SERVER_NAME'),
  });
  const both = ['CONSUL_CLIENT_CERT', 'CONSUL_CLIENT_KEY'];
  const given = both.filter((variable) => waysGiven(reader.get, variable).length > 0);
  const missing = both.filter((variable) => !given.includes(variable));
  if (given.length === 1)
    reader.problem(`${given} is set but ${missing} is not: a client certificate needs both.`);
  return tls;
}

/** A PEM text itself, or a file that holds one. Where a console takes one line, `\n` may stand for its line breaks. */
function readPem(reader: SettingsReader, variable: string): SecretSetting | undefined {
  return readSecret(reader, variable, (value) => {
    if (isPem(value)) return value.replaceAll('\\n', '\n');
    const text = reader.file(variable);
    if (text === undefined || isPem(text)) return text;
    return reader.problem(`${variable} names a file that holds no PEM block (-----BEGIN …).`);
  });
}
