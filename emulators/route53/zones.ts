import { randomBytes } from 'node:crypto';
import { applyChanges } from './apply-changes.ts';
import { type Change, keyOf, type RecordSet, type RecordType, type Vpc } from './model.ts';
import { isWithin, parseName } from './names.ts';
import type { Position } from './order.ts';
import { RecordSets } from './record-sets.ts';

export interface NewZone {
  /** The domain name, with or without its trailing dot. */
  readonly name: string;
  readonly private: boolean;
  /** The hosted zone's ID, without `/hostedzone/`; made up if it is not given. */
  readonly id?: string;
  readonly callerReference?: string;
  readonly comment?: string;
  /** The VPCs of a private zone; one is made up if none is given. */
  readonly vpcs?: readonly Vpc[];
}

/**
 * The record sets of one hosted zone.
 *
 * `put`, `remove` and `protect` let tests change the zone past the API; they check no rule.
 * `apply` is the way of the API.
 */
export class HostedZone {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly callerReference: string;
  readonly comment: string | undefined;
  /** Those whose resolver answers from it, if it is private. */
  vpcs: readonly Vpc[];
  readonly nameServers: readonly string[];
  readonly #sets = new RecordSets();
  readonly #protections = new Map<string, string>();

  constructor(zone: NewZone) {
    this.id = zone.id ?? newId('Z');
    this.name = normalName(zone.name);
    this.private = zone.private;
    this.callerReference = zone.callerReference ?? newId('R');
    this.comment = zone.comment;
    this.vpcs = zone.private ? (zone.vpcs ?? [{ region: 'us-east-1', id: 'vpc-0123456789abcdef0' }]) : [];
    this.nameServers = [
      'ns-0.awsdns-00.com',
      'ns-512.awsdns-00.net',
      'ns-1024.awsdns-00.org',
      'ns-1536.awsdns-00.co.uk',
    ];
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    const soa = `${this.nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
    this.put({
      name: this.name,
      type: 'NS',
      ttl: 172_800,
      values: this.nameServers.map((each) => `${each}.`),
    });
    this.put({ name: this.name, type: 'SOA', ttl: 900, values: [soa] });
  }

  /** Every record set, in the order of `ListResourceRecordSets`. */
  recordSets(): RecordSet[] {
    return this.#sets.list();
  }

  /** At most so many record sets from a position of the listing on; from the first, if there is none. */
  list(from: Position | undefined, most: number): RecordSet[] {
    return this.#sets.list(from, most);
  }

  /** How many record sets there are. */
  get size(): number {
    return this.#sets.size;
  }

  /** The record sets of exactly this name and type, in order; an empty array if there are none. */
  find(name: string, type: RecordType): RecordSet[] {
    return this.#sets.at(parseName(name).name ?? '').filter((set) => set.type === type);
  }

  /** Whether the zone has a record set of any type at a name. */
  hasName(name: string): boolean {
    return this.#sets.at(parseName(name).name ?? '').length > 0;
  }

  /** Writes a record set as it is, in place of one of the same name, type and set identifier. */
  put(set: RecordSet): void {
    this.#sets.put({ ...set, name: normalName(set.name) });
  }

  /** Takes a record set away. @returns whether it was there. */
  remove(set: Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>): boolean {
    return this.#sets.delete({ ...set, name: normalName(set.name) });
  }

  /**
   * Adds a record set protection: from now on any change to this name and type is refused.
   * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrset-protection.html
   */
  protect(name: string, type: RecordType, comment = ''): void {
    this.#protections.set(keyOf({ name: normalName(name), type }), comment);
  }

  unprotect(name: string, type: RecordType): void {
    this.#protections.delete(keyOf({ name: normalName(name), type }));
  }

  get hasProtections(): boolean {
    return this.#protections.size > 0;
  }

  /** Applies a change batch as the API does. @throws AwsApiError `InvalidChangeBatch`; then nothing has changed. */
  apply(changes: readonly Change[]): Change[] {
    return applyChanges(
      {
        name: this.name,
        sets: this.#sets,
        protectionOf: ({ name, type }) => this.#protections.get(keyOf({ name, type })),
      },
      changes,
    );
  }
}

/** The hosted zones of the account. */
export class HostedZones {
  readonly #zones = new Map<string, HostedZone>();

  /**
   * Adds a hosted zone with its NS and SOA record sets.
   * @throws Error for a name that is not a domain name, or an ID that is taken.
   */
  create(zone: NewZone): HostedZone {
    const created = new HostedZone(zone);
    if (this.#zones.has(created.id)) throw new Error(`there is a hosted zone with ID ${created.id} already`);
    this.#zones.set(created.id, created);
    return created;
  }

  /** @param id with or without `/hostedzone/`. */
  get(id: string): HostedZone | undefined {
    return this.#zones.get(id.replace(/^\/hostedzone\//, ''));
  }

  delete(id: string): boolean {
    return this.#zones.delete(id);
  }

  all(): HostedZone[] {
    return [...this.#zones.values()];
  }

  /** The most specific hosted zone that a name lies in, as a resolver picks it. */
  zoneFor(name: string): HostedZone | undefined {
    const wanted = parseName(name).name ?? '';
    return this.all()
      .filter((zone) => isWithin(wanted, zone.name))
      .sort((a, b) => b.name.length - a.name.length)[0];
  }

  /** The record sets of exactly this name and type in the most specific zone of the name. */
  find(name: string, type: RecordType): RecordSet[] {
    return this.zoneFor(name)?.find(name, type) ?? [];
  }
}

/** An ID such as Route 53 gives out: a letter, then capitals and digits. */
export function newId(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
  return letter + [...randomBytes(19)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

function normalName(name: string): string {
  const parsed = parseName(name);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return parsed.name;
}
