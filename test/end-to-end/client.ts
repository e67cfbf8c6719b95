import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { ClientSettings, QueryLine, ResolvedLine } from './hosts/client.ts';
import { APP } from './mariadb.ts';
import type { Host } from './network.ts';
import type { BuiltParts } from './parts.ts';
import { jsonLines, type RunningProgram } from './program.ts';

/**
 * Milliseconds from one query to the next. Each starts a program, so that beside other tests there are only half as many
 * as where only this is run: `npm run e2e` sets `E2E_EVERY`.
 */
export const EVERY = Number(process.env['E2E_EVERY'] ?? 100);

/** A client that runs queries at a name, through all of it. */
export interface Client {
  /** Every query that has ended. */
  readonly queries: readonly QueryLine[];
  /** Each time that the resolver's answer was another one than before. */
  readonly resolved: readonly ResolvedLine[];
  /** The addresses that the resolver answers with now, sorted. */
  addresses(): readonly string[];
  /** The queries that began in a span, once all of them have ended. */
  between(from: number, to: number): Promise<readonly QueryLine[]>;
  /** Ends its program. */
  end(): Promise<void>;
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

/**
 * Starts a client program on a host, which asks for each of these names.
 *
 * @param every milliseconds from one query at a name to the next.
 * @returns what it tells of each name.
 */
export async function startClients<const Names extends readonly string[]>(
  parts: BuiltParts,
  host: Host,
  names: Names,
  every = EVERY,
): Promise<{ readonly [At in keyof Names]: Client }> {
  const { user, password, database } = APP;
  const settings: ClientSettings = {
    ...{ mysql: parts.bin.mysql, names, user, password, table: `${database}.greeting` },
    every,
  };
  const program = await host.start(process.execPath, [parts.own.client], {
    E2E_SETTINGS: JSON.stringify(settings),
  });
  const clients = names.map((name) => clientAt(name, program));
  await until(() => clients.every(({ queries, resolved }) => queries.length > 0 && resolved.length > 0), {
    within: DEADLINE,
    what: 'the client has begun',
  });
  return clients as { readonly [At in keyof Names]: Client };
}

function clientAt(name: string, program: RunningProgram): Client {
  const queries: QueryLine[] = [];
  const resolved: ResolvedLine[] = [];
  program.onLine(
    jsonLines((line) => {
      const event = line as unknown as QueryLine | ResolvedLine;
      if (event.name !== name) return;
      if (event.event === 'query') queries.push(event);
      else resolved.push(event);
    }),
  );
  return {
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
    end: () => program.end('SIGTERM'),
    log: program.log,
  };
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
