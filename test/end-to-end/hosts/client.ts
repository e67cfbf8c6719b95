import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';

/**
 * A client of the databases, on a host of its own: for each name, many times a second, it starts the `mysql` command line
 * client with a connection of its own, whatever became of the ones before, and asks the host's resolver for the name.
 *
 * Takes its settings as JSON in E2E_SETTINGS, and writes one JSON line for each query and for each answer of the
 * resolver that differs from the one before.
 */
export interface ClientSettings {
  readonly mysql: string;
  readonly names: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly table: string;
  /** Milliseconds from one query to the next. */
  readonly every: number;
}

export interface QueryLine {
  readonly event: 'query';
  readonly name: string;
  /** Counts from 0, in the order in which those at the name began. */
  readonly n: number;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the start of the client program to its end. */
  readonly took: number;
  /** Who answered; undefined if nobody did. */
  readonly by?: { readonly serverId: number; readonly server: string; readonly proxy: string };
  readonly error?: string;
}

export interface ResolvedLine {
  readonly event: 'resolved';
  readonly name: string;
  readonly at: number;
  /** Sorted; empty if the resolver answered that there are none. */
  readonly addresses: readonly string[];
}

const settings = JSON.parse(process.env['E2E_SETTINGS'] ?? '') as ClientSettings;
const tell = (line: QueryLine | ResolvedLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

// The databases see the proxy as their client: the host of USER() is the proxy node that the query went through.
const statement = `SELECT @@server_id, @@hostname, SUBSTRING_INDEX(USER(), '@', -1), words FROM ${settings.table}`;
const argsFor = (name: string) => [
  ...['--no-defaults', '--connect-timeout=1', '-N', '-B', '-h', name, '-P', '3306'],
  ...['-u', settings.user, `--password=${settings.password}`, '-e', statement],
];

function query(name: string, n: number): void {
  const at = Date.now();
  execFile(settings.mysql, argsFor(name), { timeout: 10_000 }, (error, stdout, stderr) => {
    const [serverId, server = '', proxy = '', words] = stdout.trim().split('\t');
    const line = { event: 'query', name, n, at, took: Date.now() - at } as const;
    if (!error && words !== undefined) {
      tell({ ...line, by: { serverId: Number(serverId), server, proxy } });
    } else {
      tell({ ...line, error: stderr.trim() || error?.message || `answered ${stdout}` });
    }
  });
}

/** Asks the resolver for a name, one question at a time: the answer to an older one would be news otherwise. */
function resolverOf(name: string): () => Promise<void> {
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  let last: string | undefined;
  let asking = false;
  return async () => {
    if (asking) return;
    asking = true;
    const addresses = await answerOf(resolver, name);
    asking = false;
    const text = addresses?.join();
    if (!addresses || text === last) return;
    last = text;
    tell({ event: 'resolved', name, at: Date.now(), addresses });
  };
}

/** What the resolver answers; undefined if it gives no answer, which says nothing of the name. */
async function answerOf(resolver: Resolver, name: string): Promise<readonly string[] | undefined> {
  try {
    return (await resolver.resolve4(name)).sort();
  } catch (error) {
    return isEmptyAnswer(error) ? [] : undefined;
  }
}

/** That there is no such name, or no address at it. */
function isEmptyAnswer(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
  );
}

for (const name of settings.names) {
  const resolve = resolverOf(name);
  let begun = 0;
  setInterval(() => {
    query(name, begun++);
    void resolve();
  }, settings.every);
}
