import { printable } from '../domain/printable.ts';
import { DeadlineError, SourceError } from '../errors.ts';
import type { CauseOf } from '../plan/reasons.ts';
import type { SecretStore } from '../ports.ts';
import type { SecretReference } from '../settings/settings-reader.ts';
import { type AwsConfig, patient } from './client-config.ts';

const SERVICES = { ssm: 'SSM Parameter Store', 'secrets-manager': 'Secrets Manager' } as const;

/**
 * SSM Parameter Store and Secrets Manager. Each client is loaded when it is first needed, so that whoever keeps no
 * secret there does not pay for it at a cold start.
 */
export function awsSecretStore(config: AwsConfig): SecretStore {
  return {
    async read(reference, signal) {
      let text: string | undefined;
      try {
        text = await fetchText(reference, config, signal);
      } catch (error) {
        if (signal.aborted) throw new DeadlineError(`fetching ${describe(reference)}`, { cause: error });
        throw toSecretError(error, reference);
      }
      return reference.key === undefined && text !== undefined ? text : valueIn(text, reference);
    },
  };
}

async function fetchText(
  { store, name }: SecretReference,
  config: AwsConfig,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (store === 'ssm') {
    const { fetchParameter } = await import('./ssm.ts');
    return fetchParameter(name, patient(config), signal);
  }
  const { fetchSecret } = await import('./secrets-manager.ts');
  return fetchSecret(name, patient(config), signal);
}

/** One value of a secret that is a JSON object. Never says what the secret is instead. */
function valueIn(text: string | undefined, reference: SecretReference): string {
  const malformed = (what: string) => secretError('secret-malformed', reference, what);
  if (text === undefined) throw malformed('is not a text');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed('is no JSON object');
  }
  const value =
    typeof json === 'object' && json !== null && Object.hasOwn(json, reference.key ?? '')
      ? (json as Readonly<Record<string, unknown>>)[reference.key ?? '']
      : undefined;
  if (typeof value !== 'string') throw malformed(`has no text under the key "${reference.key}"`);
  return value;
}

function describe({ store, name, variable }: SecretReference): string {
  return `${name} in ${SERVICES[store]}, which ${variable} names,`;
}

type SecretCause = CauseOf<'secret-unavailable'>;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html#API_GetParameter_Errors and its like */
const CAUSES: Readonly<Record<string, readonly [SecretCause, string]>> = {
  ParameterNotFound: ['secret-not-found', 'does not exist'],
  ParameterVersionNotFound: ['secret-not-found', 'has no such version'],
  ResourceNotFoundException: ['secret-not-found', 'does not exist'],
  AccessDeniedException: ['secret-access-denied', 'may not be read by this role'],
  AccessDenied: ['secret-access-denied', 'may not be read by this role'],
  InvalidKeyId: ['secret-access-denied', 'cannot be decrypted'],
  DecryptionFailure: ['secret-access-denied', 'cannot be decrypted'],
  UnrecognizedClientException: ['secret-access-denied', 'may not be read with these credentials'],
  ExpiredTokenException: ['secret-access-denied', 'may not be read with these credentials'],
  InvalidRequestException: ['secret-not-found', 'cannot be read, since it is being deleted'],
};

function toSecretError(error: unknown, reference: SecretReference): SourceError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const [cause, what] = CAUSES[name] ?? ['secret-unreachable', 'could not be fetched'];
  return secretError(cause, reference, `${what} (${printable(name, 60)}: ${printable(message, 500)})`, {
    cause: error,
  });
}

function secretError(
  cause: SecretCause,
  reference: SecretReference,
  what: string,
  options?: ErrorOptions,
): SourceError {
  return new SourceError({ reason: 'secret-unavailable', cause }, `${describe(reference)} ${what}`, options);
}
