import { randomUUID } from 'node:crypto';
import { AccessKeys } from '../../emulators/aws/access-keys.ts';
import { type RealConsul, startConsulCluster } from '../../emulators/real-consul/real-consul.ts';
import { type StsServer, startSts } from '../../emulators/sts/server.ts';
import { realConsul } from '../real-parts/consul.ts';

/** The role of the function in AWS, as the auth method names it: without its path. */
export const ROLE = 'arn:aws:iam::111122223333:role/updater';
const ROLE_ID = 'AROADBQP57FF2AEXAMPLE';
export const METHOD = 'aws';
export const SERVER_ID = 'consul.corp.internal';
export const REGION = 'eu-west-1';
/** What the login's token may do: the policy in docs/consul.md. */
const RULES = 'service "rdsproxy" { policy = "read" } node_prefix "" { policy = "read" }';

/** A cluster that denies by default, and lets the function's role in. */
export interface AwsIamWorld {
  readonly consul: RealConsul;
  readonly sts: StsServer;
  readonly management: string;
  /** Temporary credentials of a role's session, as Lambda puts them into a function's environment; of `updater` by default. */
  credentials(role?: string): { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /** Sends a request with the management token. @returns the answer, decoded. */
  manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** Makes another auth method, with changes to its config and without a binding rule. */
  method(name: string, config?: object): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a STS and two Consul servers with an auth method of the type aws-iam that asks it:
 * https://developer.hashicorp.com/consul/docs/security/acl/auth-methods/aws-iam
 *
 * @param maxTokenTtl how long a login's token lives, as Go writes a duration; Consul allows no less than a minute.
 */
export async function startAwsIam(maxTokenTtl = '1h'): Promise<AwsIamWorld> {
  const binary = await realConsul();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const management = randomUUID();
  const sts = await startSts({ keys: new AccessKeys() });
  const consul = await startConsulCluster({
    binary,
    token: management,
    config: {
      acl: {
        enabled: true,
        default_policy: 'deny',
        tokens: { initial_management: management, agent: management },
      },
    },
  }).catch(async (error) => {
    await sts.close();
    throw error;
  });
  const close = async () => void (await Promise.all([consul.close(), sts.close()]));

  async function manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${consul.agents[0]?.url}${path}`, {
      method,
      headers: { 'X-Consul-Token': management },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
  const method = async (name: string, config: object = {}) => {
    await manage('PUT', '/v1/acl/auth-method', {
      Name: name,
      Type: 'aws-iam',
      MaxTokenTTL: maxTokenTtl,
      Config: {
        BoundIAMPrincipalARNs: [ROLE],
        ServerIDHeaderValue: SERVER_ID,
        STSEndpoint: sts.url,
        ...config,
      },
    });
  };

  try {
    await manage('PUT', '/v1/acl/policy', { Name: 'route53-updater', Rules: RULES });
    await manage('PUT', '/v1/acl/role', { Name: 'route53-updater', Policies: [{ Name: 'route53-updater' }] });
    await method(METHOD);
    await manage('PUT', '/v1/acl/binding-rule', {
      AuthMethod: METHOD,
      BindType: 'role',
      BindName: 'route53-updater',
      Selector: 'entity_name == "updater"',
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    consul,
    sts,
    management,
    manage,
    method,
    close,
    credentials(role = 'updater') {
      const arn = `arn:aws:sts::111122223333:assumed-role/${role}/consul-route53-updater`;
      const userId = `${ROLE_ID}:consul-route53-updater`;
      return sts.keys.issue({ arn, userId, account: '111122223333' }, Date.now() + 3_600_000);
    },
  };
}
