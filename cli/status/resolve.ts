import { Resolver } from 'node:dns/promises';
import type { RecordType } from '../../src/domain/address.ts';

/** What a resolver says of a name. */
export type Resolved = { readonly addresses: readonly string[] } | { readonly problem: string };

/**
 * Of a name at which there is nothing yet. A resolver that was asked keeps for minutes that there is none, which is what
 * clients would be told meanwhile: https://www.rfc-editor.org/rfc/rfc2308#section-5
 */
export const NOT_ASKED = { problem: 'is not asked: it would remember that there is nothing' } as const;

export type Resolve = (name: string, type: RecordType) => Promise<Resolved>;

/** Milliseconds for one try, of which there are two. */
const TIMEOUT = 1_500;

/** @param servers `host:port` of the resolvers; by default those of the system, which a client here would ask. */
export function resolveBy(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: 2 });
  if (servers) resolver.setServers(servers);
  return async (name, type) => {
    if (name.startsWith('*')) return { problem: 'a wildcard is not asked for' };
    try {
      const addresses = type === 'A' ? await resolver.resolve4(name) : await resolver.resolve6(name);
      return { addresses: addresses.sort() };
    } catch (error) {
      return { problem: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
    }
  };
}
