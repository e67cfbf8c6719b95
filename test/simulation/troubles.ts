import type { SimulatedConsul } from './consul.ts';
import type { Excuses } from './excuses.ts';
import type { SimulatedLambda } from './lambda.ts';
import type { Network, Weather } from './network.ts';
import type { Random } from './random.ts';
import type { SimulatedRoute53 } from './route53.ts';
import type { Timeline } from './timeline.ts';

/** Messages are lost, come twice, or come seconds late. */
const ROUGH: Weather = {
  latency: [5, 400],
  lost: 0.05,
  twice: 0.05,
  late: { probability: 0.1, by: [100, 6_000] },
};

/** Milliseconds. */
const LONGEST = 6_000;

export interface Parts {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly excuses: Excuses;
  readonly consul: SimulatedConsul;
  readonly route53: SimulatedRoute53;
  readonly lambdas: readonly [SimulatedLambda, ...SimulatedLambda[]];
  readonly ways: readonly Network[];
  /** How the ways are while nothing is wrong. */
  readonly fair: Weather;
}

/** Something goes wrong now, and ends again. */
export function trouble({ timeline, random, excuses, consul, route53, lambdas, ways, fair }: Parts): void {
  const kind = random.pick(['consul', 'route53', 'network', 'network', 'freeze', 'kill']);
  const length = random.between(100, LONGEST);
  if (kind === 'kill') {
    random.pick(lambdas).kill(random.chance(0.3));
    return;
  }
  excuses.note(kind, true);
  if (kind === 'consul')
    consul.trouble = random.pick([
      'down',
      'no-leader',
      'slow',
      'empty',
      'empty',
      'filtered',
      'dwindling',
      'dwindling',
    ]);
  if (kind === 'route53') route53.isDown = true;
  if (kind === 'network') for (const way of ways) way.weather = ROUGH;
  if (kind === 'freeze') random.pick(lambdas).freeze(length);
  timeline.after(length, () => {
    if (kind === 'consul') consul.trouble = undefined;
    if (kind === 'route53') route53.isDown = false;
    if (kind === 'network') for (const way of ways) way.weather = fair;
    excuses.note(kind, false);
  });
}
