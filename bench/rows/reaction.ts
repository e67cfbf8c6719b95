import type { Bench } from '../part.ts';
import { cpuShare, shareFor } from '../parts/cpu-share.ts';
import { startFleet } from '../parts/fleet.ts';
import {
  bareFollower,
  consulTemplateFollower,
  type Follower,
  functionFollower,
  type Pause,
  takeTurn,
} from '../parts/followers.ts';
import { startStandIns } from '../parts/stand-ins.ts';

/** MB whose share of a processor the function gets. */
export const SIZES = [128, 256] as const;
export type Size = (typeof SIZES)[number];

/** Milliseconds from a check's failing or recovering until each had it. */
export interface Reactions {
  /** A bare process: until it had Consul's answer, and until its one signed request was accepted. */
  readonly floor: { readonly answered: readonly number[]; readonly accepted: readonly number[] };
  /** The function with a whole processor. */
  readonly ours: readonly number[];
  readonly consulTemplate?: readonly number[];
  /** With the share of a memory size; or why there are none. */
  readonly shares: Readonly<Record<Size, readonly number[] | string>>;
}

/** Each is flipped often enough to count, and seldom enough not to be one that comes and goes all the time. */
const INSTANCES = 24;

/** Consul-template lets 100 ms pass between two answers. */
const PAUSE = { least: 150, spread: 100 };

/** With a share of a processor, what comes after a change takes as long: to follow its spreading, and to log it. */
const LONG_PAUSE = { least: 300, spread: 200 };

const WHOLE = { rounds: 3, flips: 50 };
const QUICK = { rounds: 1, flips: 10 };

/**
 * Health flips on one Consul, for one follower after the other, round after round: none takes another's CPU, and whatever
 * else the machine does strikes them all.
 */
export async function measureReaction(bench: Bench): Promise<Reactions | string> {
  if ('unavailable' in bench.consul) return `no real Consul: ${bench.consul.unavailable}`;
  const { rounds, flips } = bench.quick ? QUICK : WHOLE;
  const closers: (() => Promise<void>)[] = [];
  const closing = <T extends { close(): Promise<void> }>(part: T): T => {
    closers.push(() => part.close());
    return part;
  };
  try {
    const fleet = closing(await startFleet(bench.consul, INSTANCES));
    const standIns = closing(await startStandIns(bench, { throttle: false }));
    const scene = { bench, fleet, standIns };
    const floor = closing(await bareFollower(scene));
    const template =
      'bin' in bench.consulTemplate
        ? closing(await consulTemplateFollower(bench.consulTemplate.bin, scene))
        : undefined;
    const ours = closing(await functionFollower(scene, undefined));
    const shared = new Map<Size, Follower | string>();
    for (const size of SIZES) {
      const group = cpuShare(size, bench.cpuPeriod);
      shared.set(
        size,
        'unavailable' in group ? group.unavailable : closing(await functionFollower(scene, group)),
      );
    }

    const measured = { answered: [] as number[], accepted: [] as number[], ours: [] as number[] };
    const theirs: number[] = [];
    const shares: Record<Size, number[] | string> = { 128: [], 256: [] };
    const turn = async (follower: Follower, samples: number[], pause: Pause = PAUSE) => {
      const seen = await takeTurn(fleet, follower, { flips, pause });
      samples.push(...seen.map(({ flip, arrived }) => arrived - flip.at));
      return seen;
    };
    for (let round = 1; round <= rounds; round++) {
      for (const { flip } of await turn(floor, measured.accepted))
        measured.answered.push((floor.answered(flip) ?? Number.NaN) - flip.at);
      if (template) await turn(template, theirs);
      await turn(ours, measured.ours);
      for (const [size, follower] of shared) {
        const samples = shares[size];
        if (typeof follower === 'string') shares[size] = follower;
        else if (typeof samples !== 'string') await turn(follower, samples, LONG_PAUSE);
      }
      bench.say(`reaction: round ${round} of ${rounds}`);
    }
    return {
      floor: { answered: measured.answered, accepted: measured.accepted },
      ours: measured.ours,
      ...(template && { consulTemplate: theirs }),
      shares,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** `128 MB, 7.2 % of a processor`. */
export const sizeInWords = (size: number): string =>
  `${size} MB, ${(shareFor(size) * 100).toFixed(1)} % of a processor`;
