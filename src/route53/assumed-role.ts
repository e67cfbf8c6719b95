import type { Route53Client, Route53ClientConfig } from '@aws-sdk/client-route-53';
import type { SessionCredentials } from '../aws/assume-role.ts';
import { type AwsConfig, type Patience, patient } from '../aws/client-config.ts';
import { defined } from '../domain/defined.ts';
import { printable } from '../domain/printable.ts';
import type { RoleSettings } from '../settings/role-settings.ts';
import { type Renewable, renewable } from './session.ts';
import { RoleNotAssumedError } from './store-error.ts';

/** How patient to be with STS. */
export type StsTiming = Patience;

/** A role that is assumed when it is first needed. */
export interface AssumedRole {
  readonly arn: string;
  readonly session: Renewable<SessionCredentials>;
}

/**
 * The role of another account. Nothing of STS is loaded before it is needed.
 *
 * @param config where and as whom to reach STS.
 * @param now milliseconds since 1970.
 */
export function assumedRole(
  role: RoleSettings,
  config: AwsConfig,
  now: () => number,
  timing?: StsTiming,
): AssumedRole {
  const { arn, externalId, region } = role;
  let assume: (() => Promise<SessionCredentials>) | undefined;
  const session = renewable(async () => {
    try {
      if (!assume) {
        const { roleAssumer } = await import('../aws/assume-role.ts');
        assume = roleAssumer(role, patient({ ...config, ...defined({ region }) }, timing));
      }
      return await assume();
    } catch (error) {
      throw toRoleError(error, arn, externalId);
    }
  }, now);
  return { arn, session };
}

/** Missing credentials are no refusal of the role, so that error is passed on unchanged. */
function toRoleError(caught: unknown, arn: string, externalId: string | undefined): unknown {
  if (caught instanceof Error && caught.name === 'CredentialsProviderError') return caught;
  const { name, code, message } = caught as Error & { readonly code?: string };
  const said = `${code && name === 'Error' ? code : name}: ${message}`;
  // STS repeats a value that it finds malformed.
  const safe = externalId === undefined ? said : said.replaceAll(externalId, '[external ID]');
  return new RoleNotAssumedError(
    `the role ${arn} could not be assumed: ${printable(safe, 500)}`,
    safe === said ? { cause: caught } : undefined,
  );
}

/** The credentials of a role, as a client takes them. They are kept here; the SDK need not keep them as well. */
export function credentialsOf({ session }: AssumedRole): NonNullable<Route53ClientConfig['credentials']> {
  return Object.assign(() => session.get(), { memoized: true });
}

/**
 * Route 53's errors for a session that has expired or was revoked. Revoking a role's sessions in the console denies
 * those that are older, so a new session works.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/**
 * Lets a client try a refused request once more, with a session begun anew.
 *
 * @returns the client itself.
 */
export function renewRefused(client: Route53Client, { session }: AssumedRole): Route53Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const generation = session.generation();
      try {
        return await next(args);
      } catch (error) {
        if (!(error instanceof Error && REFUSALS.has(error.name))) throw error;
        if (!(await session.renew(generation))) throw error;
        return await next(args);
      }
    },
    { step: 'initialize', priority: 'low', name: 'renewRefusedSession' },
  );
  return client;
}
