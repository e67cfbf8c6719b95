import { Resolver } from 'node:dns/promises';
import type { DnsZone } from './dns/lookup.ts';
import { lookupIn } from './dns/lookup.ts';
import { type DnsServer, startDns } from './dns/server.ts';
import { routingPolicyOf } from './route53/model.ts';
import { type HostedZone, type Route53Options, type Route53Server, startRoute53 } from './route53/server.ts';

/** Route 53's API, one private hosted zone in it, and the DNS server that answers from its records. */
export interface LocalRoute53 {
  readonly route53: Route53Server;
  readonly zone: HostedZone;
  readonly dns: DnsServer;
  /**
   * Asks the DNS server for the A records of a name, as a client would.
   *
   * @returns the addresses, sorted; none if the name does not exist.
   * @throws Error when the server does not answer.
   */
  resolve(name: string): Promise<readonly string[]>;
  /** Stops both servers at once. */
  close(): Promise<void>;
}

/** Credentials that mean nothing: the stand-in looks at the form of a signature only. */
export const DUMMY_CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'local-stack-only' };

/**
 * Starts Route 53's stand-in with a private hosted zone, and a DNS server beside it, on free ports of 127.0.0.1.
 *
 * @param zoneName the hosted zone, such as `corp.internal`.
 */
export async function startLocalRoute53(
  zoneName: string,
  options: Route53Options = {},
): Promise<LocalRoute53> {
  const route53 = await startRoute53(options);
  try {
    const zone = route53.zones.create({ name: zoneName, private: true });
    const dns = await startDns({ lookup: lookupIn(() => route53.zones.all().map(dnsZoneOf)) });
    const resolver = new Resolver({ timeout: 1_000, tries: 3 });
    resolver.setServers([`${dns.address}:${dns.port}`]);
    return {
      route53,
      zone,
      dns,
      async resolve(name) {
        try {
          return (await resolver.resolve4(name)).sort();
        } catch (error) {
          if (['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
          throw error;
        }
      },
      close: async () => void (await Promise.all([route53.close(), dns.close()])),
    };
  } catch (error) {
    await route53.close();
    throw error;
  }
}

/** A hosted zone as the DNS server reads it. An alias has no values here: its name exists, with nothing to answer. */
export function dnsZoneOf(zone: HostedZone): DnsZone {
  return {
    name: zone.name,
    sets: zone.recordSets().map((set) => ({
      name: set.name,
      type: set.type,
      ttl: set.ttl ?? 0,
      values: set.values,
      multivalue: routingPolicyOf(set) === 'multivalue',
    })),
  };
}
