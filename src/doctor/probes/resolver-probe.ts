import { Resolver } from 'node:dns/promises';
import type { Place } from '../probes.ts';

/**
 * Asks a resolver for the primary name server of a zone: the first name in its SOA record.
 *
 * @param servers `host:port` of the resolvers; by default those of the system, which in a VPC is the VPC's.
 */
export function primaryNameServerBy(servers?: readonly string[]): Place['primaryNameServer'] {
  return async (zone, signal) => {
    const resolver = new Resolver();
    if (servers) resolver.setServers(servers);
    signal.addEventListener('abort', () => resolver.cancel(), { once: true });
    return (await resolver.resolveSoa(zone)).nsname;
  };
}
