import { type Address, parseAddress } from '../domain/address.ts';
import type { AddressPolicy } from '../domain/address-policy.ts';
import { healthOf, type Instance, type InstanceStatus } from '../domain/instance.ts';

/** What was decided about one instance, and why. */
export interface InstanceVerdict {
  readonly node: string;
  /** As registered. */
  readonly address: string;
  /** The same in canonical form, if it is an address at all. */
  readonly parsed: Address | undefined;
  readonly status: InstanceStatus;
  readonly decision: 'publish' | 'unhealthy' | 'not-allowed' | 'delayed';
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
 * Where several instances share an address, one healthy instance is enough.
 *
 * @param delayed healthy addresses that are left out for now, as they come and go too often.
 */
export function decideDesired(
  instances: readonly Instance[],
  policy: AddressPolicy,
  delayed: ReadonlySet<Address> = new Set(),
): Desired {
  const addresses = new Set<Address>();
  const registered = new Map<Address, string>();
  const verdicts = instances.map((instance): InstanceVerdict => {
    const address = parseAddress(instance.address);
    const verdict = judge(instance, address, policy, delayed);
    if (address && !addresses.has(address)) {
      registered.set(address, `${instance.node}: ${verdict.why}`);
      if (verdict.decision === 'publish') addresses.add(address);
    }
    return verdict;
  });
  return { addresses: [...addresses].sort(), registered, instances: verdicts };
}

function judge(
  instance: Instance,
  address: Address | undefined,
  policy: AddressPolicy,
  delayed: ReadonlySet<Address>,
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
  if (delayed.has(address))
    return { ...verdict, decision: 'delayed', why: `${why}, but it comes and goes: added within a second` };
  return { ...verdict, decision: 'publish', why };
}

function checksPassing(count: number): string {
  if (count === 0) return 'it has no checks, which Consul counts as passing';
  return count === 1 ? 'its check is passing' : `all ${count} checks are passing`;
}
