import { randomUUID } from 'node:crypto';
import type { World } from './support.ts';

export const SERVICE_READ = 'service "rdsproxy" { policy = "read" }';
export const NODE_READ = 'node_prefix "" { policy = "read" }';

/** A token as Consul made it. */
export interface MadeToken {
  readonly secret: string;
  readonly accessor: string;
}

/** The configuration of a cluster that denies by default, for `useWorld`, with the token that may do everything. */
export function denyingByDefault() {
  const management = randomUUID();
  return {
    config: {
      acl: {
        enabled: true,
        default_policy: 'deny',
        // That a token was deleted or has expired is known at once, not half a minute later.
        token_ttl: '0s',
        tokens: { master: management, agent: management },
      },
    },
    token: management,
  };
}

/** A new token with these rights. @param own more of the API's fields, such as `ExpirationTTL`. */
export async function makeToken(world: World, rules: string, own: object = {}): Promise<MadeToken> {
  const { ID } = (await world.put('/v1/acl/policy', { Name: randomUUID(), Rules: rules })) as { ID: string };
  const token = (await world.put('/v1/acl/token', { Policies: [{ ID }], ...own })) as {
    SecretID: string;
    AccessorID: string;
  };
  return { secret: token.SecretID, accessor: token.AccessorID };
}

export async function deleteToken(world: World, management: string, { accessor }: MadeToken): Promise<void> {
  const answer = await fetch(`${world.agent(0).url}/v1/acl/token/${accessor}`, {
    method: 'DELETE',
    headers: { 'X-Consul-Token': management },
  });
  if (!answer.ok) throw new Error(`deleting a token: HTTP ${answer.status} ${await answer.text()}`);
}
