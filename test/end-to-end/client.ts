import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { ClientSettings, QueryLine, ResolvedLine } from './hosts/client.ts';
import type { Host } from './network.ts';
import { jsonLines } from './program.ts';

/**
 * Milliseconds from one query to the next. Each starts a program, so that beside other tests there are only half as many
 * as where only this is run: `npm run e2e` sets `E2E_EVERY`.
 */
export const EVERY = Number(process.env['E2E_EVERY'] ?? 100);

/** The client that runs queries through all of it. */
export interface Client {
  /** Every query that has ended. */
  readonly queries: readonly QueryLine[];
  /** Each time that the resolver's answer was another one than before. */
  readonly resolved: readonly ResolvedLine[];
  /** The addresses that the resolver answers with now, sorted. */
  addresses(): readonly string[];
  /** The queries that began in a span, once all of them have ended. */
  between(from: number, to: number): Promise<readonly QueryLine[]>;
  log(): string;
}

/** What a span was like for the client. Milliseconds. */
export interface Experience {
  readonly queries: number;
  readonly failed: number;
  /** What the client program said of those, and how often. */
  readonly errors: Readonly<Record<string, number>>;
  /** How many took longer than half a second. */
  readonly slow: number;
  readonly slowest: number;
  /** The longest time in which no query was answered. */
  readonly outage: number;
}

const SLOW = 500;

export async function startClient(host: Host, settings: Omit<ClientSettings, 'every'>): Promise<Client> {
  const queries: QueryLine[] = [];
  const resolved: ResolvedLine[] = [];
  const script = fileURLToPath(new URL('./hosts/client.ts', import.meta.url));
  const program = await host.start(process.execPath, ['--import', 'tsx', script], {
    E2E_SETTINGS: JSON.stringify({ ...settings, every: EVERY } satisfies ClientSettings),
  });
  program.onLine(
    jsonLines((line) => {
      const event = line as unknown as QueryLine | ResolvedLine;
      if (event.event === 'query') queries.push(event);
      else if (event.event === 'resolved') resolved.push(event);
    }),
  );
  const client: Client = {
    queries,
    resolved,
    addresses: () => resolved.at(-1)?.addresses ?? [],
    async between(from, to) {
      // A query is told of when it ends, so one that began earlier may come later than another.
      const allEnded = () => {
        const later = queries.find(({ at }) => at >= to);
        return later && queries.filter(({ n }) => n < later.n).length === later.n;
      };
      await until(allEnded, { within: DEADLINE, what: 'all queries have ended' });
      return queries.filter(({ at }) => at >= from && at < to).sort((a, b) => a.n - b.n);
    },
    log: program.log,
  };
  await until(() => queries.length > 0 && resolved.length > 0, {
    within: DEADLINE,
    what: 'the client has begun',
  });
  return client;
}

/** Sums up the queries of a span. */
export function experienceOf(queries: readonly QueryLine[], from: number, to: number): Experience {
  const answered = queries.filter(({ by }) => by).map(({ at, took }) => at + took);
  const moments = [from, ...answered.filter((end) => end < to).sort((a, b) => a - b), to];
  const errors: Record<string, number> = {};
  for (const { error } of queries) if (error !== undefined) errors[error] = (errors[error] ?? 0) + 1;
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
  return {
    queries: queries.length,
    failed: queries.length - answered.length,
    errors,
    slow: queries.filter(({ took }) => took > SLOW).length,
    slowest: Math.max(0, ...queries.map(({ took }) => took)),
    outage: Math.max(0, ...gaps),
  };
}
