import { type Address, RECORD_TYPES, recordTypeOf } from '../domain/address.ts';
import type { RecordSet } from '../domain/record-set.ts';
import { isAllowedBy, type RecordSetting } from '../domain/record-setting.ts';
import type { Desired, Waiting } from './desired.ts';
import { type AddressHold, noRoom, tooFewHealthy, vanished } from './guards.ts';
import type { Memory } from './memory.ts';
import { isTaken, roomFor } from './own-sets.ts';
import { registrationIn } from './ownership.ts';
import { forgetAll, forgetReturned, judgeVanished } from './vanished.ts';

/** What is not to be done yet, as it was done so often. */
export interface Delays {
  /** Addresses that are not to be added yet. */
  readonly addresses: ReadonlySet<Address>;
  /** Whether nothing is to be done to the record yet but to remove failing addresses. */
  readonly isRecordBusy: boolean;
}

export const NO_DELAYS: Delays = { addresses: new Set(), isRecordBusy: false };

/** What is at a name, and what Consul says of it. */
export interface Standing {
  readonly setting: RecordSetting;
  readonly desired: Desired;
  /** The addresses in our sets that may be published. */
  readonly published: readonly Address[];
  /** Every set at the name. */
  readonly current: readonly RecordSet[];
  readonly memory: Memory;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Since when Consul has been sound, in milliseconds since 1970. */
  readonly soundSince: number;
  readonly delays: Delays;
  /** Whether what is published vanished on purpose: an operator says so. */
  readonly isBelieved: boolean;
}

/** The addresses that a name should have now, and why they are not just the healthy ones. */
export interface Settled {
  /** Sorted. */
  readonly target: readonly Address[];
  /** The worst first. */
  readonly holds: readonly AddressHold[];
  readonly waiting: ReadonlyMap<Address, Waiting>;
  /** What is to be remembered; the very one that was known if nothing is new. */
  readonly memory: Memory;
  /** When a hold may end by itself, in milliseconds since 1970. */
  readonly lookAgainAt?: number;
  /** Whether something is not done yet as it was done so often. */
  readonly isPutOff: boolean;
}

/**
 * Works out which addresses stay, leave and come, each on its own: what holds one does not hold another.
 *
 * - What is healthy stays and comes: as far as there is room, in its order, and not too often.
 * - What fails leaves, unless the name would be left with fewer than `minHealthy` addresses.
 * - What is not registered any more leaves, unless so much has vanished that it is rather held.
 */
export function settle(standing: Standing): Settled {
  const freely = settleFreely(standing);
  // What the name has of another service, or what an operator says is gone, must not be written once more.
  if (!standing.delays.isRecordBusy || standing.isBelieved) return freely;
  const { published, desired, setting, memory } = standing;
  const isAdded = (address: Address) => !published.includes(address);
  const isGone = (address: Address) => !desired.registered.has(address);
  const leaving = published.filter((address) => !freely.target.includes(address));
  const additions = freely.target.filter(isAdded);
  if (additions.length === 0 && !leaving.some(isGone) && freely.memory === memory) return freely;
  const staying = published.filter((address) => desired.addresses.includes(address));
  const mustLeave = leaving.some((address) => !isGone(address));
  // What is dead does not wait, and neither do those that must be there before it may leave.
  if (mustLeave && staying.length < setting.minHealthy) return freely;
  return {
    ...freely,
    target: published.filter((address) => freely.target.includes(address) || isGone(address)),
    waiting: new Map([...freely.waiting, ...additions.map((address) => [address, 'delayed'] as const)]),
    memory,
    isPutOff: true,
  };
}

function settleFreely(standing: Standing): Settled {
  const { setting, desired, published, current } = standing;
  const { addresses: delayed } = standing.delays;
  const there = new Set(published);
  const wanted = new Set(desired.addresses);
  const staying = published.filter((address) => wanted.has(address));
  const missing = desired.addresses.filter((address) => !there.has(address));
  const takenTypes = RECORD_TYPES.filter((type) => missing.length > 0 && isTaken(setting, type, current));
  const isTakenFrom = (address: Address) => takenTypes.includes(recordTypeOf(address));
  const additions = missing.filter((address) => !isTakenFrom(address));
  const atOnce = additions.filter((address) => !delayed.has(address));
  // One must not be waited for while all that the name has may be dead.
  const isNeeded = staying.length + atOnce.length < setting.minHealthy;
  const candidates = isNeeded ? additions : atOnce;
  const rooms = RECORD_TYPES.map((type) => {
    const ofType = (address: Address) => recordTypeOf(address) === type;
    const room = Math.max(0, roomFor(setting, type, current) - staying.filter(ofType).length);
    const added = candidates.filter(ofType).slice(0, room);
    return { ofType, added, left: room - added.length };
  });
  const added = rooms.flatMap((room) => room.added);
  const taken = missing.filter(isTakenFrom);
  const kept = keep(standing, new Set([...staying, ...added]), taken);
  // What may be dead makes room for what is healthy.
  const stays = rooms.flatMap(({ ofType, left }) => kept.addresses.filter(ofType).slice(0, left));
  const chosen = new Set(added);
  const isCandidate = new Set(candidates);
  const crowded = candidates.filter((address) => !chosen.has(address));
  const late = additions.filter((address) => !isCandidate.has(address));
  const waiting = new Map<Address, Waiting>([
    ...late.map((address) => [address, 'delayed'] as const),
    ...crowded.map((address) => [address, 'no-room'] as const),
    ...taken.map((address) => [address, 'taken'] as const),
  ]);
  return {
    target: [...staying, ...stays, ...added].sort(),
    holds: [
      ...kept.holds.map((hold) => ({
        ...hold,
        addresses: hold.addresses.filter((each) => stays.includes(each)),
      })),
      ...(crowded.length > 0 ? [noRoom(setting, current, crowded)] : []),
    ],
    waiting,
    memory: kept.memory,
    ...(kept.until !== undefined && { lookAgainAt: 1_000 * kept.until }),
    isPutOff: late.length > 0,
  };
}

interface Kept {
  /** Of the published ones, those that are kept though they are not healthy, the ones that rather stay first. */
  readonly addresses: readonly Address[];
  readonly holds: readonly AddressHold[];
  readonly memory: Memory;
  /** Seconds since 1970. */
  readonly until?: number;
}

/** @param healthy those that stay and come: what is healthy and has no room is of no use. */
function keep(
  { setting, desired, published, current, memory, now, soundSince, isBelieved }: Standing,
  healthy: ReadonlySet<Address>,
  taken: readonly Address[],
): Kept {
  const isAllowed = isAllowedBy(setting);
  const registered = new Set([...desired.registered.keys()].filter(isAllowed));
  const gone = published.filter((address) => !registered.has(address));
  if (healthy.size < setting.minHealthy) {
    const failing = published.filter((address) => registered.has(address) && !healthy.has(address));
    const isEnough = healthy.size + gone.length >= setting.minHealthy;
    const addresses = isEnough ? gone : [...failing, ...gone];
    const isNew = published.length === 0 && !registrationIn(current);
    const tooFew = tooFewHealthy({ setting, desired, taken, isNew });
    return {
      addresses,
      // Without it there are enough, but no room for them, which is told of.
      holds: tooFew ? [{ ...tooFew, addresses: [...addresses].sort() }] : [],
      memory: forgetReturned(memory, published, registered),
    };
  }
  if (isBelieved) return { addresses: [], holds: [], memory: forgetAll(memory) };
  const times = {
    ...{ now: Math.floor(now / 1_000), soundSince: Math.floor(soundSince / 1_000) },
    holdSeconds: setting.vanishedHoldSeconds,
  };
  const judged = judgeVanished({ published, healthy, registered, memory, ...times });
  const { held, expected, until } = judged;
  if (!until) return { addresses: [], holds: [], memory: judged.memory };
  const hold = vanished(setting, held, { left: healthy.size, expected, until: until.last });
  // Those that went last are the likeliest to be there still.
  const since = (address: Address) => judged.memory.gone.get(address) ?? 0;
  const addresses = [...held].sort((one, other) => since(other) - since(one));
  return { addresses, holds: [hold], memory: judged.memory, until: until.first };
}
