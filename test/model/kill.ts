import { startFunction } from '../support/function-process.ts';
import type { Act } from './catalog-acts.ts';
import type { Facts } from './facts.ts';
import type { ModelCommand } from './invoke.ts';
import { beginTrouble } from './trouble.ts';
import { checkReport } from './truth.ts';
import type { World } from './world.ts';

/** Too little for a watch window, plenty for one pass. */
const ONE_PASS = 4_900;

/** What has to be built before a process can be killed, and how often one was. */
export interface Morgue {
  /** Of the bundle. */
  readonly folder: string;
  /** The path of the Node that runs it. */
  readonly node: string;
  killed: number;
}

/**
 * Runs the function in a process of its own, and kills that at the moment when Route 53 has received a certain change
 * request: before or after it is carried out. Where the run makes fewer requests, it ends by itself.
 */
export class Kill implements ModelCommand {
  readonly #morgue: Morgue;
  readonly #first: Act;
  readonly #moment: 'before' | 'after';
  readonly #request: number;

  /** @param first what happens before, so that there is something to change. */
  constructor(morgue: Morgue, first: Act, moment: 'before' | 'after', request: number) {
    this.#morgue = morgue;
    this.#first = first;
    this.#moment = moment;
    this.#request = request;
  }

  check(): boolean {
    return true;
  }

  async run(facts: Facts, world: World): Promise<void> {
    await this.#first.perform(facts, world);
    const { route53, zone } = world;
    let received = 0;
    const isTheOne = () => ++received === this.#request;
    const spare = route53.faults.add({
      kind: this.#moment === 'before' ? 'hang' : 'lost-answer',
      operation: 'ChangeResourceRecordSets',
      when: ({ zoneId }) => zoneId === zone.id && isTheOne() && child.process.kill('SIGKILL'),
    });
    const endTrouble = await beginTrouble(world);
    world.beginRun();
    const accepted = world.accepted;
    const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' };
    const env = { ...world.env, ...credentials, AWS_ENDPOINT_URL_ROUTE_53: route53.url };
    const child = startFunction(this.#morgue.folder, env, ONE_PASS, {}, this.#morgue.node);
    try {
      const report = await child.report;
      await world.quiet();
      world.verify();
      if (report) checkReport(world, report, { accepted: world.accepted - accepted, interfered: false });
      else this.#morgue.killed++;
    } finally {
      spare();
      await endTrouble();
    }
  }

  toString(): string {
    return `${this.#first}, then a run killed ${this.#moment} change request ${this.#request} is carried out`;
  }
}
