import * as v from 'valibot';
import { defined } from '../domain/defined.ts';
import type { SignCallerIdentity, SignedCallerIdentity } from '../ports.ts';
import type { ConsulIdentity } from '../settings/consul-identity.ts';
import type { ConsulSettings } from '../settings/consul-settings.ts';
import type { Answer } from './answer.ts';
import type { ConsulEndpoint } from './endpoint.ts';
import { answeredText } from './health-answer.ts';
import type { ObtainedToken } from './tokens.ts';

/** Milliseconds for one try: the Consul server asks STS before it answers. */
const TIMEOUT = 5_000;

const TokenSchema = v.object({
  SecretID: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  ExpirationTime: v.nullish(v.string()),
});

/** What a login is to. */
export interface LoginTarget
  extends Pick<ConsulSettings, 'namespace' | 'partition'>,
    Omit<Extract<ConsulIdentity, { by: 'aws-iam' }>, 'by'> {}

/** A login that gave no token: why, as sentences, and the first error on the way, if there was one. */
export interface LoginFailure {
  readonly message: string;
  readonly error?: unknown;
}

/**
 * Logs in to Consul by an auth method of the type aws-iam: the role of the function signs a request to STS that says
 * who it is, and Consul sends that request.
 * https://developer.hashicorp.com/consul/docs/security/acl/auth-methods/aws-iam
 *
 * This module is loaded only where it is needed, as a file of its own in the bundle, so it neither throws nor
 * recognises our classes of errors.
 *
 * @param endpoints tried in order.
 * @returns the token, or why there is none. Rejects with what an endpoint throws once the signal aborts.
 */
export async function logIn(
  endpoints: readonly ConsulEndpoint[],
  { authMethod, serverId, region, namespace, partition }: LoginTarget,
  sign: SignCallerIdentity,
  signal: AbortSignal,
): Promise<ObtainedToken | LoginFailure> {
  let bearer: string;
  let headers: string;
  try {
    const signed = await sign(defined({ region, serverId }));
    headers = encodedHeaders(signed);
    bearer = bearerToken(signed, headers);
  } catch (error) {
    return { message: `the request that proves the role could not be signed: ${told(error)}`, error };
  }
  const failures: string[] = [];
  let firstError: unknown;
  for (const endpoint of endpoints) {
    const where = `Consul at ${endpoint.origin}`;
    try {
      const answer = await endpoint.send(
        {
          ...{ method: 'POST', path: '/acl/login', query: defined({ partition }), ...defined({ namespace }) },
          body: { AuthMethod: authMethod, BearerToken: bearer },
        },
        // Whoever has the signed headers can log in with them for a quarter of an hour.
        {
          ...{ token: undefined, timeout: TIMEOUT, signal },
          secrets: [{ text: headers, name: 'the signed headers' }],
        },
      );
      const token = answer.status === 200 ? tokenIn(answer) : undefined;
      if (token) return token;
      failures.push(
        answer.status === 200
          ? `${where} answered the login with something that holds no token`
          : `${where} refused the login by the auth method "${authMethod}" (${detailOf(answer)})`,
      );
      // Every server has the same auth methods and rules, so another one would refuse as well.
      if (answer.status === 403) break;
    } catch (error) {
      if (signal.aborted) throw error;
      firstError ??= error;
      failures.push(`${where} ${told(error)}`);
    }
  }
  return defined({ message: failures.join('; '), error: firstError });
}

/** Logs out, so that Consul deletes the token. Failures are ignored. */
export async function logOut(
  endpoints: readonly ConsulEndpoint[],
  secret: string,
  signal: AbortSignal,
): Promise<void> {
  for (const endpoint of endpoints) {
    const call = { token: secret, timeout: TIMEOUT, signal };
    const answer = await endpoint.send({ method: 'POST', path: '/acl/logout' }, call).catch(() => undefined);
    if (answer?.status === 200) return;
  }
}

/**
 * The signed request in the form that Consul takes. It looks for headers by their canonical names.
 * https://developer.hashicorp.com/consul/api-docs/acl#login-to-auth-method
 */
function bearerToken({ method, url, body }: SignedCallerIdentity, headers: string): string {
  return JSON.stringify({
    iam_http_request_method: method,
    iam_request_url: base64(url),
    iam_request_headers: headers,
    iam_request_body: base64(body),
  });
}

function encodedHeaders({ headers }: SignedCallerIdentity): string {
  const canonical = (name: string) =>
    name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  const lists = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [canonical(name), [value]]),
  );
  return base64(JSON.stringify(lists));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function tokenIn({ body }: Answer): ObtainedToken | undefined {
  const result = v.safeParse(TokenSchema, body);
  if (!result.success) return undefined;
  const { SecretID: secret, ExpirationTime: time } = result.output;
  const expires = Date.parse(time ?? '');
  return { secret, ...(Number.isFinite(expires) && { expires }) };
}

function detailOf(answer: Answer): string {
  const said = answeredText(answer);
  return `HTTP ${answer.status}${said && `: ${said}`}`;
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
