import type { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../domain/defined.ts';
import { SourceError } from '../errors.ts';
import type { SecretStore, SignCallerIdentity } from '../ports.ts';
import type { ConsulSettings, TlsSettings } from '../settings/consul-settings.ts';
import { isPem, isToken } from '../settings/consul-settings.ts';
import type { SecretReference, SecretSetting } from '../settings/settings-reader.ts';
import { answerLimit } from './answer-limit.ts';
import { type ConsulEndpoint, consulEndpoint, type TlsTexts } from './endpoint.ts';
import type { LoginTarget } from './login.ts';
import { fixedToken, type ObtainedToken, renewedToken, type TokenSource } from './tokens.ts';

/** What access to Consul needs from outside. */
export interface AccessPorts {
  readonly secrets: SecretStore;
  readonly signCallerIdentity: SignCallerIdentity;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The function's identity towards Consul, and its connections. */
export interface ConsulAccess {
  /**
   * The addresses, in their order.
   *
   * @throws SourceError (`secret-unavailable`) where a certificate or key cannot be fetched; DeadlineError once the signal aborts.
   */
  endpoints(signal: AbortSignal): Promise<readonly ConsulEndpoint[]>;
  /** The texts that the connections are made with; throws as `endpoints` does. */
  tls(signal: AbortSignal): Promise<TlsTexts>;
  readonly tokens: TokenSource;
  /**
   * Connections with certificates and keys fetched anew, after some were not trusted.
   *
   * @returns `undefined` if there are no others: none are kept elsewhere, they have not changed or cannot be fetched,
   *   or they were fetched a short while ago.
   */
  endpointsAfterDistrust(
    distrusted: readonly ConsulEndpoint[],
    signal: AbortSignal,
  ): Promise<readonly ConsulEndpoint[] | undefined>;
  /** Logs out where there was a login, and closes idle connections. */
  close(): Promise<void>;
}

interface Connections {
  readonly tls: TlsTexts;
  readonly endpoints: readonly ConsulEndpoint[];
}

/** Milliseconds between two fetches of certificates and keys that did not help. */
const TLS_PAUSE = 10_000;

/** Milliseconds between two logins whose tokens are refused, at most: each leaves a token behind. */
const LOGIN_PATIENCE = 60_000;

/** Milliseconds that a log-out may take. */
const LOG_OUT = 2_000;

export function consulAccess(
  settings: ConsulSettings,
  { secrets, signCallerIdentity, now }: AccessPorts,
  agent?: Agent,
): ConsulAccess {
  const { identity, addresses } = settings;
  let connections: Promise<Connections> | undefined;
  let fetched = Number.NEGATIVE_INFINITY;
  let refetching: Promise<void> | undefined;
  const superseded: ConsulEndpoint[] = [];
  const limit = answerLimit();

  async function connect(signal: AbortSignal): Promise<Connections> {
    fetched = now();
    const tls = await readTlsTexts(settings.tls, secrets, signal);
    return { tls, endpoints: addresses.map((origin) => consulEndpoint(origin, tls, limit, agent)) };
  }

  function connectOnce(signal: AbortSignal) {
    if (!connections) {
      const attempt = connect(signal);
      connections = attempt;
      // The next read tries again.
      attempt.catch(() => {
        if (connections === attempt) connections = undefined;
      });
    }
    return connections;
  }

  /** Fetches the texts anew. The old ones stay in use if that fails, since the mistake may be Consul's. */
  async function refetch(old: Connections, signal: AbortSignal): Promise<void> {
    const anew = await connect(signal).catch(() => undefined);
    if (!anew || isDeepStrictEqual(anew.tls, old.tls)) return;
    // Other reads may still be using them.
    superseded.push(...old.endpoints);
    connections = Promise.resolve(anew);
  }

  const endpoints = async (signal: AbortSignal) => (await connectOnce(signal)).endpoints;

  function tokenSource(): TokenSource {
    if (identity.by === 'nothing') return fixedToken(undefined, now);
    if (identity.by === 'aws-iam') {
      const { namespace, partition } = settings;
      const target = { ...identity, ...defined({ namespace, partition }) };
      return renewedToken(
        async (signal) => tokenByLogin(await endpoints(signal), target, signCallerIdentity, signal),
        now,
        LOGIN_PATIENCE,
      );
    }
    const { token } = identity;
    if ('text' in token) return fixedToken(token.text, now);
    return renewedToken(async (signal) => tokenByReference(token.reference, secrets, signal), now);
  }

  const tokens = tokenSource();

  return {
    endpoints,
    tls: async (signal) => (await connectOnce(signal)).tls,
    tokens,
    async endpointsAfterDistrust(distrusted, signal) {
      if (!hasReference(settings.tls)) return undefined;
      const held = await connectOnce(signal);
      if (held.endpoints !== distrusted) return held.endpoints;
      if (!refetching && now() - fetched >= TLS_PAUSE)
        refetching = refetch(held, signal).finally(() => {
          refetching = undefined;
        });
      await refetching;
      const current = await endpoints(signal);
      return current === distrusted ? undefined : current;
    },
    async close() {
      const open = await connections?.catch(() => undefined);
      const token = identity.by === 'aws-iam' ? tokens.held() : undefined;
      if (open && token !== undefined) {
        const { logOut } = await import('./login.ts');
        await logOut(open.endpoints, token, AbortSignal.timeout(LOG_OUT));
      }
      for (const endpoint of [...superseded, ...(open?.endpoints ?? [])]) endpoint.close();
    },
  };
}

async function tokenByLogin(
  endpoints: readonly ConsulEndpoint[],
  target: LoginTarget,
  sign: SignCallerIdentity,
  signal: AbortSignal,
): Promise<ObtainedToken> {
  const { logIn } = await import('./login.ts');
  const result = await logIn(endpoints, target, sign, signal);
  if ('secret' in result) return result;
  const { message, error } = result;
  // An untrusted connection is the more exact reason.
  const isUntrusted = error instanceof SourceError && error.hold.reason === 'source-untrusted';
  throw new SourceError(isUntrusted ? error.hold : { reason: 'login-failed' }, message, { cause: error });
}

async function tokenByReference(
  reference: SecretReference,
  secrets: SecretStore,
  signal: AbortSignal,
): Promise<ObtainedToken> {
  const secret = (await secrets.read(reference, signal)).trim();
  if (isToken(secret)) return { secret };
  throw malformed(reference, 'is no token: it is empty, or has characters that no HTTP header can carry');
}

async function readTlsTexts(
  { ca, cert, key, serverName }: TlsSettings,
  secrets: SecretStore,
  signal: AbortSignal,
): Promise<TlsTexts> {
  const read = async (setting: SecretSetting | undefined) => {
    if (!setting || 'text' in setting) return setting?.text;
    const { reference } = setting;
    const text = await secrets.read(reference, signal);
    if (isPem(text)) return text;
    throw malformed(reference, 'holds no PEM block (-----BEGIN …)');
  };
  const [caText, certText, keyText] = await Promise.all([read(ca), read(cert), read(key)]);
  return defined({ ca: caText, cert: certText, key: keyText, serverName });
}

function malformed({ variable, name }: SecretReference, what: string): SourceError {
  return new SourceError(
    { reason: 'secret-unavailable', cause: 'secret-malformed' },
    `what ${variable} refers to (${name}) ${what}`,
  );
}

function hasReference({ ca, cert, key }: TlsSettings): boolean {
  return [ca, cert, key].some((setting) => setting !== undefined && 'reference' in setting);
}
