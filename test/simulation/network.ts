import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** What may happen to a message on its way. Times in milliseconds, probabilities from 0 to 1. */
export interface Weather {
  readonly latency: readonly [least: number, most: number];
  /** The message never arrives. */
  readonly lost: number;
  /** It arrives a second time. */
  readonly twice: number;
  /** It arrives only after so long. */
  readonly late: { readonly probability: number; readonly by: readonly [least: number, most: number] };
}

/** The way between the function and a service. */
export class Network {
  weather: Weather;
  readonly #timeline: Timeline;
  readonly #random: Random;

  constructor(timeline: Timeline, random: Random, weather: Weather) {
    this.weather = weather;
    this.#timeline = timeline;
    this.#random = random;
  }

  /** Carries a message to a service. It arrives never, once or twice. */
  carry(arrive: () => void): void {
    for (const delay of this.delays()) this.#timeline.after(delay, arrive);
  }

  /** How long each copy of a message takes. */
  delays(): readonly number[] {
    const { latency, lost, twice, late } = this.weather;
    const random = this.#random;
    const copy = () =>
      random.between(...latency) + (random.chance(late.probability) ? random.between(...late.by) : 0);
    if (random.chance(lost)) return [];
    return random.chance(twice) ? [copy(), copy()] : [copy()];
  }
}
