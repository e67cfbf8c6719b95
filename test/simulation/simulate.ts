import { HostedZone } from '../../emulators/route53/zones.ts';
import { recordSetting } from '../support/records.ts';
import { SimulatedConsul } from './consul.ts';
import { addressesAt, checkBatch, describe, type Invariant, type Violation } from './invariants.ts';
import { type Sabotage, SimulatedLambda } from './lambda.ts';
import { CALM, Network, type Weather } from './network.ts';
import { type Random, seeded } from './random.ts';
import { type ApiEvent, SimulatedRoute53 } from './route53.ts';
import { Timeline } from './timeline.ts';

const NAME = 'rdsproxy.corp.internal.';
const SERVICE = 'rdsproxy';

/** Milliseconds. */
const LENGTH = 150_000;

/** How often the record is held against the truth. */
const CHECK = 100;

/** Milliseconds within which the record follows Consul while nothing is wrong. */
const PROMISE = 1_000;

/**
 * Milliseconds after the end of a trouble until nothing of it is left: an attempt at Route 53 that hangs, and the pauses
 * after it, of the client and of the window.
 */
const RECOVERY = 20_000;

const ROUGH: Weather = {
  latency: [5, 400],
  lost: 0.05,
  twice: 0.02,
  late: { probability: 0.05, by: [100, 2_500] },
};

export interface Outcome {
  readonly seed: number;
  /** The first promise that did not hold. */
  readonly violation: Violation | undefined;
  /** What there was of each, so that a simulation in which nothing happens is noticed. */
  readonly counts: { readonly flips: number; readonly batches: number; readonly troubles: number };
  /** Each batch that was carried out, with its time. */
  readonly trace: readonly string[];
}

/**
 * One schedule: the real loop, planner, guards and record store, while chance decides what Consul, Route 53, the network
 * and Lambda do. The same seed gives the same schedule, to the letter.
 *
 * @param sabotage something wrong that the simulation is to find.
 */
export async function simulate(seed: number, sabotage: Sabotage = {}): Promise<Outcome> {
  const random = seeded(seed);
  const timeline = new Timeline();
  const trace: string[] = [];
  const counts = { flips: 0, batches: 0, troubles: 0 };
  let violation: Violation | undefined;
  const violate = (invariant: Invariant, what: string) => {
    violation ??= { invariant, at: timeline.now, what };
  };

  const zone = new HostedZone({
    id: 'Z1',
    name: 'corp.internal',
    private: true,
    callerReference: 'simulation',
  });
  const consulWay = new Network(timeline, random);
  const route53Way = new Network(timeline, random);
  const consul = new SimulatedConsul(timeline, random, consulWay);
  const wasHealthy = new Set<string>();
  /** Since when nothing is wrong that would excuse a record for being behind; Infinity while something is. */
  let soundSince = Number.POSITIVE_INFINITY;
  let changedAt = 0;
  const troubles = new Set<string>();
  const noteTrouble = (name: string, isOn: boolean) => {
    if (isOn) troubles.add(name);
    else troubles.delete(name);
    const wait = name === 'no invocation' ? 0 : RECOVERY;
    soundSince =
      troubles.size > 0 ? Number.POSITIVE_INFINITY : Math.max(soundSinceOr(0), timeline.now + wait);
  };
  const soundSinceOr = (other: number) => (Number.isFinite(soundSince) ? soundSince : other);
  noteTrouble('no invocation', true);

  const onEvent = (event: ApiEvent) => {
    if (event.kind === 'throttled') violate('requests and changes stay within their budgets', 'throttled');
    if (event.kind !== 'changed') return;
    counts.batches++;
    trace.push(`${timeline.now} ${describe(event.changes)}`);
    const found = checkBatch(NAME, event.changes, event.before, zone.recordSets(), (address) =>
      wasHealthy.has(address),
    );
    for (const { invariant, what } of found) violate(invariant, what);
  };
  const route53 = new SimulatedRoute53(zone, timeline, random, route53Way, onEvent);

  for (const address of ['10.9.9.1', '10.9.9.2'])
    if (random.chance(0.3))
      zone.put({
        ...{ name: NAME, type: 'A', ttl: 60, values: [address] },
        ...{ setIdentifier: `somebody-${address}`, multiValueAnswer: true },
      });

  const fleet = startFleet(random, consul, timeline, wasHealthy, () => {
    counts.flips++;
    changedAt = timeline.now;
  });
  const minHealthy = random.whole(1, 2);
  const lambda = new SimulatedLambda({
    ...{ timeline, random, consul, route53, sabotage },
    records: [recordSetting({ zoneId: zone.id, minHealthy })],
    onInvocation: (kind) => noteTrouble('no invocation', kind === 'ends'),
    onPass: ({ decisions }) => {
      const failed = decisions.find(({ verdict }) => verdict.decision === 'fail');
      if (failed && soundSince < timeline.now)
        violate('what fails has a reason', JSON.stringify(failed.verdict));
    },
    onCrash: (error) => violate('a run never crashes', String(error)),
  });
  startTroubles(random, timeline, counts, noteTrouble, {
    consul,
    route53,
    lambda,
    ways: [consulWay, route53Way],
  });

  const check = () => {
    const published = addressesAt(NAME, zone.recordSets());
    const expected = fleet.expected(published, minHealthy);
    const since = Math.max(changedAt, soundSince);
    if (timeline.now - since > PROMISE && published.join() !== expected.join())
      violate('the record follows within its time', `has ${published.join()}, not ${expected.join()}`);
    timeline.after(CHECK, check);
  };
  timeline.after(CHECK, check);

  await timeline.run(LENGTH, () => violation !== undefined);
  lambda.kill();
  return { seed, violation, counts, trace };
}

/** The nodes, which fail and return. */
function startFleet(
  random: Random,
  consul: SimulatedConsul,
  timeline: Timeline,
  wasHealthy: Set<string>,
  onFlip: () => void,
) {
  const nodes = Array.from({ length: random.whole(1, 6) }, (_, index) => ({
    name: `node-${index}`,
    address: `10.0.0.${index + 1}`,
    isHealthy: random.chance(0.8),
  }));
  const mean = random.between(1_000, 30_000);
  const tell = ({ name, address, isHealthy }: (typeof nodes)[number]) => {
    if (isHealthy) wasHealthy.add(address);
    consul.set(SERVICE, name, {
      address,
      status: isHealthy ? 'passing' : random.pick(['critical', 'warning']),
    });
  };
  for (const node of nodes) {
    tell(node);
    const flip = () => {
      node.isHealthy = !node.isHealthy;
      tell(node);
      onFlip();
      timeline.after(random.wait(mean), flip);
    };
    timeline.after(random.wait(mean), flip);
  }
  return {
    /** What should be published, given what is: with too few healthy ones, that stays. */
    expected(published: readonly string[], minHealthy: number): readonly string[] {
      const healthy = nodes.filter(({ isHealthy }) => isHealthy).map(({ address }) => address);
      return healthy.length < minHealthy ? published : healthy.sort();
    },
  };
}

/** What goes wrong, one thing at a time, and ends again. */
function startTroubles(
  random: Random,
  timeline: Timeline,
  counts: { troubles: number },
  note: (name: string, isOn: boolean) => void,
  parts: {
    readonly consul: SimulatedConsul;
    readonly route53: SimulatedRoute53;
    readonly lambda: SimulatedLambda;
    readonly ways: readonly Network[];
  },
): void {
  const { consul, route53, lambda, ways } = parts;
  const begin = () => {
    counts.troubles++;
    const kind = random.pick(['consul', 'route53', 'network', 'kill', 'freeze']);
    const end = () => {
      consul.trouble = undefined;
      route53.isDown = false;
      for (const way of ways) way.weather = CALM;
      note(kind, false);
      timeline.after(random.wait(30_000), begin);
    };
    note(kind, true);
    if (kind === 'consul') consul.trouble = random.pick(['down', 'no-leader', 'slow']);
    if (kind === 'route53') route53.isDown = true;
    if (kind === 'network') for (const way of ways) way.weather = ROUGH;
    if (kind === 'kill') lambda.kill();
    const length = random.between(100, 10_000);
    if (kind === 'freeze') lambda.sandbox?.freeze(length);
    timeline.after(length, end);
  };
  timeline.after(random.wait(20_000), begin);
}
