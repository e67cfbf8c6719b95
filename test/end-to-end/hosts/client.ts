import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';

/**
 * A client of the databases, on a host of its own: many times a second it starts the `mysql` command line client with a
 * connection of its own, whatever became of the ones before, and asks the host's resolver for the name.
 *
 * Takes its settings as JSON in E2E_SETTINGS, and writes one JSON line for each query and for each answer of the
 * resolver that differs from the one before.
 */
export interface ClientSettings {
  readonly mysql: string;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly table: string;
  /** Milliseconds from one query to the next. */
  readonly every: number;
}

export interface QueryLine {
  readonly event: 'query';
  /** Counts from 0, in the order in which they began. */
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
  readonly at: number;
  /** Sorted; empty if the resolver answered that there are none. */
  readonly addresses: readonly string[];
}

const settings = JSON.parse(process.env['E2E_SETTINGS'] ?? '') as ClientSettings;
const tell = (line: QueryLine | ResolvedLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

// The databases see the proxy as their client: the host of USER() is the proxy node that the query went through.
const statement = `SELECT @@server_id, @@hostname, SUBSTRING_INDEX(USER(), '@', -1), words FROM ${settings.table}`;
const args = [
  ...['--no-defaults', '--connect-timeout=1', '-N', '-B', '-h', settings.name, '-P', '3306'],
  ...['-u', settings.user, `--password=${settings.password}`, '-e', statement],
];

function query(n: number): void {
  const at = Date.now();
  execFile(settings.mysql, args, { timeout: 10_000 }, (error, stdout, stderr) => {
    const [serverId, server = '', proxy = '', words] = stdout.trim().split('\t');
    const took = Date.now() - at;
    if (!error && words !== undefined) {
      tell({ event: 'query', n, at, took, by: { serverId: Number(serverId), server, proxy } });
    } else {
      tell({ event: 'query', n, at, took, error: stderr.trim() || error?.message || `answered ${stdout}` });
    }
  });
}

const resolver = new Resolver({ timeout: 5_000, tries: 1 });
let last: string | undefined;
let asking = false;

/** Asks one question at a time: the answer to an older one would be news otherwise. */
async function resolve(): Promise<void> {
  if (asking) return;
  asking = true;
  const addresses = await answer();
  asking = false;
  const text = addresses?.join();
  if (!addresses || text === last) return;
  last = text;
  tell({ event: 'resolved', at: Date.now(), addresses });
}

/** What the resolver answers; undefined if it gives no answer, which says nothing of the name. */
async function answer(): Promise<readonly string[] | undefined> {
  try {
    return (await resolver.resolve4(settings.name)).sort();
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

let begun = 0;
setInterval(() => {
  query(begun++);
  void resolve();
}, settings.every);
