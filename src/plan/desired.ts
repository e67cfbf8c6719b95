import { type Address, parseAddress } from '../domain/address.ts';
import type { AddressPolicy } from '../domain/address-policy.ts';
import {
  type Evidence,
  evidenceAgainst,
  evidenceOf,
  healthOf,
  type Instance,
  type InstanceStatus,
} from '../domain/instance.ts';

/** Why the address of a healthy instance is not added yet. */
export type Waiting = 'delayed' | 'no-room' | 'taken';

/** What was decided about one instance, and why. */
export interface InstanceVerdict {
  readonly node: string;
  /** As registered. */
  readonly address: string;
  /** The same in canonical form, if it is an address at all. */
  readonly parsed: Address | undefined;
  readonly status: InstanceStatus;
  readonly decision: 'publish' | 'unhealthy' | 'not-allowed' | Waiting;
  /** The reason in words, without the instance's name: `all 2 checks are passing`. */
  readonly why: string;
}

/** What Consul says should be published. */
export interface Desired {
  /** Healthy and allowed, each once, sorted. */
  readonly addresses: readonly Address[];
  /** Every address that is registered at all, healthy or not, with the instance that speaks for it and its reason. */
  readonly registered: ReadonlyMap<Address, string>;
  readonly instances: readonly InstanceVerdict[];
}

/**
 * Decides which addresses to publish: those of the healthy instances that the policy allows.
 *
 * Where several instances share an address, one healthy instance is enough, if its checks say as much as those that fail
 * there: an instance that is registered without any would otherwise keep a dead address published.
 */
export function decideDesired(instances: readonly Instance[], policy: AddressPolicy): Desired {
  const addresses = new Set<Address>();
  const registered = new Map<Address, string>();
  const located = instances.map((instance) => ({ instance, address: parseAddress(instance.address) }));
  const against = evidenceAgainstEach(located);
  const verdicts = located.map(({ instance, address }): InstanceVerdict => {
    const verdict = judge(instance, address, policy, against);
    if (address && !addresses.has(address)) {
      registered.set(address, `${instance.node}: ${verdict.why}`);
      if (verdict.decision === 'publish') addresses.add(address);
    }
    return verdict;
  });
  return { addresses: [...addresses].sort(), registered, instances: verdicts };
}

/** An instance with its address in canonical form, if it is one at all. */
interface Located {
  readonly instance: Instance;
  readonly address: Address | undefined;
}

/** What the failing checks at each address say at most. */
function evidenceAgainstEach(located: readonly Located[]): ReadonlyMap<Address, Evidence> {
  const against = new Map<Address, Evidence>();
  for (const { instance, address } of located) {
    const evidence = evidenceAgainst(instance.checks);
    if (address && evidence > (against.get(address) ?? 0)) against.set(address, evidence);
  }
  return against;
}

function judge(
  instance: Instance,
  address: Address | undefined,
  policy: AddressPolicy,
  against: ReadonlyMap<Address, Evidence>,
): InstanceVerdict {
  const { status, because } = healthOf(instance.checks);
  const verdict = { node: instance.node, address: instance.address, parsed: address, status };
  if (because) {
    const why = status === 'maintenance' ? 'is in maintenance mode' : `check "${because.id}" is ${status}`;
    return { ...verdict, decision: 'unhealthy', why };
  }
  if (!address) {
    const why = `"${instance.address}" is not a plain IPv4 or IPv6 address`;
    return { ...verdict, decision: 'not-allowed', why };
  }
  const refusal = policy.refusalOf(address);
  if (refusal) return { ...verdict, decision: 'not-allowed', why: `${address} ${refusal}` };
  const why = checksPassing(instance.checks.length);
  if (evidenceOf(instance.checks) < (against.get(address) ?? 0))
    return { ...verdict, decision: 'unhealthy', why: `${why}, but a check of another instance there fails` };
  return { ...verdict, decision: 'publish', why };
}

const WAITS: Readonly<Record<Waiting, string>> = {
  delayed: 'but it comes and goes: added within a second',
  'no-room': 'but there is no room for it at the name',
  taken: 'but a record set of somebody else is in its way',
};

/** The same verdicts, but for healthy instances whose addresses are not added yet. */
export function withWaiting(
  verdicts: readonly InstanceVerdict[],
  waiting: ReadonlyMap<Address, Waiting>,
): readonly InstanceVerdict[] {
  if (waiting.size === 0) return verdicts;
  return verdicts.map((verdict) => {
    const wait = verdict.decision === 'publish' && verdict.parsed && waiting.get(verdict.parsed);
    return wait ? { ...verdict, decision: wait, why: `${verdict.why}, ${WAITS[wait]}` } : verdict;
  });
}

function checksPassing(count: number): string {
  if (count === 0) return 'it has no checks, which Consul counts as passing';
  return count === 1 ? 'its check is passing' : `all ${count} checks are passing`;
}
