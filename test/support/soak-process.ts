import diagnostics from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import v8 from 'node:v8';
import { createHandler } from '../../handlers/update.ts';
import { context, EVERY_MINUTE } from './stack.ts';

/** What the parent asks for; a window is open until it is told to end, and then to count what is in memory, which is dear. */
export type SoakRequest = 'open' | 'end' | 'end and count';

/** What is left after a window. */
export interface SoakAnswer {
  readonly outcome: string;
  /** If it was told to count. */
  readonly memory?: SoakCount;
  /** What keeps the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** How many listen to the start of HTTP requests. */
  readonly subscribers: number;
  /** The names of Node's warnings so far. */
  readonly warnings: readonly string[];
}

export interface SoakCount {
  /** Bytes, after everything that can be collected was. */
  readonly heap: number;
  /** How many are alive: sockets, requests, servers and the like; and signals. */
  readonly emitters: number;
  readonly signals: number;
}

/** One function in one process, as Lambda keeps it warm. Its settings are in the environment. */
const { ROUTE53_URL: endpoint = '' } = process.env;

let subscribers = 0;
const { subscribe, unsubscribe } = diagnostics;
diagnostics.subscribe = (name, listener) => {
  subscribers++;
  subscribe(name, listener);
};
diagnostics.unsubscribe = (name, listener) => {
  const found = unsubscribe(name, listener);
  if (found) subscribers--;
  return found;
};

const warnings: string[] = [];
process.on('warning', ({ name }) => void warnings.push(name));

const handler = createHandler({
  env: process.env,
  log: () => {},
  route53: { endpoint, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } },
});

function count(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function countMemory(): SoakCount {
  return {
    // It collects first whatever can be.
    emitters: v8.queryObjects(EventEmitter, { format: 'count' }),
    signals: v8.queryObjects(AbortSignal, { format: 'count' }),
    heap: process.memoryUsage().heapUsed,
  };
}

let end = new AbortController();
let isToCount = false;
process.on('message', (request: SoakRequest) => {
  if (request !== 'open') {
    isToCount = request === 'end and count';
    return end.abort();
  }
  end = new AbortController();
  handler(EVERY_MINUTE, context(600_000, end.signal)).then(async ({ outcome }) => {
    // What the end has closed is gone after a few turns of the event loop.
    for (let turns = 0; turns < 10; turns++) await turn();
    const answer: SoakAnswer = {
      outcome,
      ...(isToCount && { memory: countMemory() }),
      resources: count(process.getActiveResourcesInfo()),
      subscribers,
      warnings,
    };
    process.send?.(answer);
  });
});
