import { createHash } from 'node:crypto';
import type { AccessKey, AccessKeys, Principal } from '../aws/access-keys.ts';
import { AwsApiError } from '../aws/api-error.ts';
import type { Content } from '../aws/xml.ts';
import { isRoleSession, type Role, roleOrUser } from './roles.ts';

/** What the operations work on. */
export interface Service {
  readonly keys: AccessKeys;
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
  /** How long sessions really last, in milliseconds, whatever was asked for; as asked, where left out. */
  readonly lifetimeMs?: number | undefined;
}

const VERSION = '2011-06-15';
const KNOWN = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId'];

/**
 * Carries out one request of the query protocol.
 *
 * @param caller the access key that signed it.
 * @param now in milliseconds since 1970.
 * @returns the name of the operation, and what its result contains.
 * @throws AwsApiError as STS answers it.
 */
export function perform(
  service: Service,
  parameters: URLSearchParams,
  caller: AccessKey,
  now: number,
): { readonly operation: string; readonly result: Content } {
  const operation = parameters.get('Action') ?? '';
  if (operation === '') throw new AwsApiError(400, 'MissingAction', 'An action is required.');
  const version = parameters.get('Version');
  // Session policies and tags are not known here, and must not seem to have worked.
  const unknown = [...parameters.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw validationError(`The stand-in does not know the parameter ${unknown}.`);
  if (version === VERSION && operation === 'GetCallerIdentity')
    return { operation, result: callerIdentity(caller.principal) };
  if (version === VERSION && operation === 'AssumeRole')
    return { operation, result: assumeRole(service, parameters, caller, now) };
  throw new AwsApiError(
    400,
    'InvalidAction',
    `Could not find operation ${operation} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
  );
}

function callerIdentity({ arn, userId, account }: Principal): Content {
  return { Arn: arn, UserId: userId, Account: account };
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assumeRole(service: Service, parameters: URLSearchParams, caller: AccessKey, now: number): Content {
  const roleArn = parameterOf(parameters, 'RoleArn', 'roleArn', /^[\s\S]{20,2048}$/);
  const session = parameterOf(parameters, 'RoleSessionName', 'roleSessionName', /^[\w+=,.@-]{2,64}$/);
  const externalId = parameters.has('ExternalId')
    ? parameterOf(parameters, 'ExternalId', 'externalId', /^[\w+=,.@:/-]{2,1224}$/)
    : undefined;
  const role = service.roles.get(roleArn);
  // A role that does not exist is answered as one that does not trust the caller.
  if (role === undefined || !isTrusted(role, caller.principal, externalId)) {
    throw new AwsApiError(
      403,
      'AccessDenied',
      `User: ${caller.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  }
  const seconds = durationOf(parameters, role, caller.principal);
  const principal = sessionOf(role, session);
  const expiresAt = now + (service.lifetimeMs ?? seconds * 1_000);
  const { accessKeyId, secretAccessKey, sessionToken } = service.keys.issue(principal, expiresAt);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      // Milliseconds, which STS leaves out, so that a short life is told as it is.
      Expiration: new Date(expiresAt).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
  };
}

/** A parameter that is missing or not as the API model wants it. */
function validationError(message: string): AwsApiError {
  return new AwsApiError(400, 'ValidationError', message);
}

function parameterOf(parameters: URLSearchParams, name: string, member: string, form: RegExp): string {
  const value = parameters.get(name);
  if (value === null) {
    throw validationError(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  if (!form.test(value)) {
    throw validationError(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${form.source}`,
    );
  }
  return value;
}

function isTrusted(role: Role, caller: Principal, externalId: string | undefined): boolean {
  const isKnown = role.trusts === undefined || role.trusts.includes(roleOrUser(caller));
  return isKnown && (role.externalId === undefined || role.externalId === externalId);
}

/** In seconds. */
function durationOf(parameters: URLSearchParams, role: Role, caller: Principal): number {
  const seconds = Number(parameters.get('DurationSeconds') ?? 3_600);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
    throw validationError(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`,
    );
  }
  if (seconds > (role.maxSessionSeconds ?? 3_600)) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  if (seconds > 3_600 && isRoleSession(caller)) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds;
}

function sessionOf({ arn }: Role, session: string): Principal {
  const [, partition = 'aws', , , account = '', resource = ''] = arn.split(':');
  const name = resource.split('/').at(-1);
  const id = createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
    userId: `AROA${id}:${session}`,
    account,
  };
}
