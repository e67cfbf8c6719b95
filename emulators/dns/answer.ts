import type { Answer } from 'dns-packet';
import { isWithin } from '../route53/names.ts';
import { type DnsFound, type DnsLookup, type DnsQuestion, type DnsRecordSet, plainName } from './lookup.ts';
import { toRecord } from './rdata.ts';

/** The sections of a response, before the wire. */
export interface Sections {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  answers: Answer[];
  /** The zone's SOA when there is nothing to answer with. */
  authorities: Answer[];
}

/** How many records Route 53 puts into a multivalue answer (its Developer Guide, "Multivalue answer routing"). */
const MAX_MULTIVALUE = 8;
const MAX_CHAIN = 8;
/** The SOA of a zone that has none among its data, with the values that Route 53 gives a new zone. */
const defaultSoa = {
  ttl: 900,
  value: 'ns-0.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400',
};

/**
 * Decides an authoritative answer as Route 53 does.
 *
 * @param question its name plain.
 * @param random 0 to 1, for the choice and order of records.
 */
export function decideAnswer(lookup: DnsLookup, question: DnsQuestion, random: () => number): Sections {
  // Route 53 has no zone transfers.
  if (question.type === 'AXFR' || question.type === 'IXFR') return refused();
  const answers: Answer[] = [];
  const seen = new Set<string>();
  let { name } = question;
  for (;;) {
    const { zone, exists, sets } = findWithWildcards(lookup, { name, type: question.type });
    if (zone === undefined) {
      // A chain may lead out of our zones; the resolver follows it from there.
      return answers.length === 0 ? refused() : { rcode: 'NOERROR', answers, authorities: [] };
    }
    if (!exists) return { rcode: 'NXDOMAIN', answers, authorities: [soaOf(lookup, zone)] };
    if (question.type === 'ANY') return { rcode: 'NOERROR', answers: [minimalAny(name)], authorities: [] };
    if (sets.length > 0) {
      answers.push(...choose(name, question.type, sets, random));
      return { rcode: 'NOERROR', answers, authorities: [] };
    }
    const alias = findWithWildcards(lookup, { name, type: 'CNAME' }).sets[0];
    const target = alias?.values[0];
    if (!alias || target === undefined)
      return { rcode: 'NOERROR', answers, authorities: [soaOf(lookup, zone)] };
    answers.push(toRecord(name, 'CNAME', alias.ttl, target));
    seen.add(name);
    name = plainName(target);
    if (seen.has(name) || seen.size === MAX_CHAIN) return { rcode: 'NOERROR', answers, authorities: [] };
  }
}

/** Looks for the name, else for the wildcard below its closest ancestor that exists (RFC 4592, section 3.3.1). */
function findWithWildcards(lookup: DnsLookup, { name, type }: DnsQuestion): DnsFound {
  const found = lookup({ name, type });
  const { zone } = found;
  if (found.exists || zone === undefined) return found;
  for (let ancestor = parentOf(name); isWithin(ancestor, zone); ancestor = parentOf(ancestor)) {
    if (ancestor !== zone && !lookup({ name: ancestor, type }).exists) continue;
    const wild = lookup({ name: `*.${ancestor}`, type });
    return wild.exists ? wild : found;
  }
  return found;
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

function choose(name: string, type: string, sets: readonly DnsRecordSet[], random: () => number): Answer[] {
  const many = sets.filter((set) => set.multivalue);
  if (many.length === 0) {
    // Every other routing policy answers with one of its sets.
    const one = sets[Math.floor(random() * sets.length)];
    return one ? shuffled(one.values, random).map((value) => toRecord(name, type, one.ttl, value)) : [];
  }
  const values = [...new Set(many.flatMap((set) => set.values))];
  // One TTL for all records of a name and type (RFC 2181, section 5.2).
  const ttl = Math.min(...many.map((set) => set.ttl));
  return shuffled(values, random)
    .slice(0, MAX_MULTIVALUE)
    .map((value) => toRecord(name, type, ttl, value));
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** The SOA of a negative answer; its TTL is what resolvers may keep that answer for (RFC 2308, section 3). */
function soaOf(lookup: DnsLookup, zone: string): Answer {
  const [set] = lookup({ name: zone, type: 'SOA' }).sets;
  const { ttl, value } = set?.values[0] === undefined ? defaultSoa : { ttl: set.ttl, value: set.values[0] };
  const minimum = Number(value.trim().split(/\s+/).at(-1));
  return toRecord(zone, 'SOA', Math.min(ttl, minimum), value);
}

/** One small record instead of all that is there (RFC 8482, section 4.2). */
function minimalAny(name: string): Answer {
  return { name, type: 'HINFO', ttl: 3_600, data: { cpu: 'RFC8482', os: '' } };
}

function refused(): Sections {
  return { rcode: 'REFUSED', answers: [], authorities: [] };
}
