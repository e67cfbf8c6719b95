import type { RecordSetting } from '../domain/record-setting.ts';
import { inParallel } from '../pacing/in-parallel.ts';
import {
  type Knowledge,
  type PassOptions,
  type PassResult,
  type Ports,
  queriesOf,
  readPublished,
  readService,
  runPass,
} from './pass.ts';

/** A whole pass, and what was known when it ended. */
export interface Update extends PassResult {
  readonly services: Knowledge['services'];
}

/**
 * How many services are read from Consul at once. Each read has a timeout of its own, which counts from its start: a
 * thousand begun together would wait for each other until it has run out.
 */
const MAX_READS = 32;

/**
 * One pass: brings every record to what Consul says is healthy.
 *
 *  1. Read every service from Consul and what is published from Route 53, side by side.
 *  2. Decide for each record on its own: desired, plan, guards. Pure.
 *  3. Apply what the guards approved, unless only a plan was asked for.
 *
 * Does not throw for what Consul, Route 53 or the network does: the decisions say it, record by record.
 */
export async function update(
  records: readonly RecordSetting[],
  ports: Ports,
  options: PassOptions,
): Promise<Update> {
  const { source, store } = ports;
  const { signal } = options;
  const names = records.map(({ name }) => name);
  const [services, published] = await Promise.all([
    inParallel(
      queriesOf(records),
      MAX_READS,
      async ([key, query]) => [key, await readService(source, query, signal)] as const,
    ),
    readPublished(store, names, signal),
  ]);
  const knowledge = { services: new Map(services), published };
  return { ...(await runPass(records, knowledge, store, options)), services: knowledge.services };
}
