import { isWithin } from '../route53/names.ts';

/** What a resolver asks: a name in lower case without a trailing dot, and a type such as `A`. */
export interface DnsQuestion {
  name: string;
  type: string;
}

/** The part of a Route 53 record set that an answer needs. */
export interface DnsRecordSet {
  /** Seconds. */
  ttl: number;
  /** In the form that Route 53 keeps them in: `10.0.0.1`, `10 mail.corp.internal.`, `"text"`. */
  values: readonly string[];
  /** Whether the set is one of several of a multivalue answer. */
  multivalue: boolean;
}

/** What is known of a name. */
export interface DnsFound {
  /** The most specific hosted zone that the name lies in, or undefined when it lies in none. */
  zone: string | undefined;
  /** Whether any record set, of whichever type, is at this very name or below it. */
  exists: boolean;
  /** The record sets at this very name and of this type. */
  sets: readonly DnsRecordSet[];
}

/**
 * Where the DNS server gets its data. Wildcards, CNAMEs, negative answers and the choice among several sets are the
 * server's work: the lookup finds what is there under that very name (`*.corp.internal` for a wildcard), no more.
 */
export type DnsLookup = (question: DnsQuestion) => DnsFound;

/** A hosted zone as plain data. */
export interface DnsZone {
  name: string;
  sets: Iterable<DnsRecordSet & { name: string; type: string }>;
}

/** A name as DNS compares it: lower case, no trailing dot, Route 53's `\052` as the `*` that it stands for. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').replaceAll('\\052', '*');
}

/**
 * Makes a lookup over hosted zones.
 *
 * @param zones called for every question, so that answers follow changes at once.
 */
export function lookupIn(zones: () => Iterable<DnsZone>): DnsLookup {
  return ({ name, type }) => {
    const around = [...zones()].filter((zone) => isWithin(name, plainName(zone.name)));
    const [zone] = around.sort((a, b) => b.name.length - a.name.length);
    if (!zone) return { zone: undefined, exists: false, sets: [] };
    const sets = [...zone.sets].map((set) => ({ ...set, name: plainName(set.name) }));
    return {
      zone: plainName(zone.name),
      exists: name === plainName(zone.name) || sets.some((set) => isWithin(set.name, name)),
      sets: sets.filter((set) => set.name === name && set.type === type),
    };
  };
}
