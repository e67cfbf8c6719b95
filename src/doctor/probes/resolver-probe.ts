import { Resolver } from 'node:dns/promises';
import type { Place } from '../probes.ts';

/** What a resolver answers where a name, or a type at it, is not there. */
const NOTHING: readonly unknown[] = ['ENODATA', 'ENOTFOUND'];

/**
 * Asks a resolver: for the primary name server of a zone, which is the first name in its SOA record, and for addresses.
 *
 * @param servers `host:port` of the resolvers; by default those of the system, which in a VPC is the VPC's.
 */
export function resolverProbe(servers?: readonly string[]): Pick<Place, 'primaryNameServer' | 'addresses'> {
  async function ask<T>(signal: AbortSignal, question: (resolver: Resolver) => Promise<T>): Promise<T> {
    const resolver = new Resolver();
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await question(resolver);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
  return {
    primaryNameServer: async (zone, signal) =>
      (await ask(signal, (resolver) => resolver.resolveSoa(zone))).nsname,
    async addresses(name, type, signal) {
      try {
        return await ask(signal, (resolver) =>
          type === 'A' ? resolver.resolve4(name) : resolver.resolve6(name),
        );
      } catch (error) {
        if (error instanceof Error && 'code' in error && NOTHING.includes(error.code)) return [];
        throw error;
      }
    },
  };
}
