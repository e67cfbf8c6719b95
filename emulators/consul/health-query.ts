import type { Catalog } from './catalog.ts';
import type { Fault, Faults } from './consul-faults.ts';
import { parseDuration } from './duration.ts';
import { type Answer, type Call, Refusal } from './http.ts';
import type { HealthEntry } from './types.ts';

const DEFAULT_WAIT = 300_000;
const MAX_WAIT = 600_000;

/** The read side of one agent. */
export interface Reader {
  catalog: Catalog;
  faults: Faults;
  /** Calls back when held queries are to look again. @returns a function that ends it. */
  onWake(listener: () => void): () => void;
  random: () => number;
}

/**
 * Answers `GET /v1/health/service/:name` with `passing`, `tag`, `near=_agent`, `dc`, `stale`, `consistent`, `index` and `wait`.
 * With `near` the order is another one, as if the last node were the nearest.
 * A blocking query is held while the service's index is not above the one given, at most `wait` plus up to a
 * sixteenth of it (developer.hashicorp.com/consul/api-docs/features/blocking).
 *
 * @throws Refusal as Consul refuses, and for parameters that the stand-in does not know how to honour.
 */
export async function serviceHealth(reader: Reader, service: string, call: Call): Promise<Answer> {
  return read(reader, call, {
    index: () => reader.catalog.indexOf(service),
    json: () => {
      const { query, token } = call;
      const tags = query.getAll('tag').map((tag) => tag.toLowerCase());
      const wanted = (entry: HealthEntry) => {
        const own = entry.Service.Tags.map((tag) => tag.toLowerCase());
        return tags.every((tag) => own.includes(tag)) && (!passingOnly(query) || allPassing(entry));
      };
      const entries = reader.faults.visible(reader.catalog.health(service).filter(wanted), token);
      return query.has('near') ? [...entries].reverse() : entries;
    },
  });
}

/** Answers a query of the whole catalog, such as `GET /v1/catalog/services`, with the same consistency and waiting. */
export async function read(
  reader: Reader,
  call: Call,
  answer: { index: () => number; json: () => unknown },
): Promise<Answer> {
  const { catalog, faults } = reader;
  const { query } = call;
  for (const name of ['filter', 'node-meta', 'cached', 'merge-central-config']) {
    if (query.has(name)) throw new Refusal(400, `The stand-in does not know the parameter ${name}`);
  }
  const near = query.get('near');
  if (near && near !== '_agent') throw new Refusal(400, `The stand-in does not know the node ${near}`);
  passingOnly(query);
  const stale = query.has('stale');
  if (stale && query.has('consistent')) {
    throw new Refusal(400, 'Cannot specify ?stale with ?consistent, conflicting semantics.');
  }
  if (near && query.has('index') && faults.get('streaming')?.near === 'refused')
    throw new Refusal(400, 'near is not supported with streaming', noAnswer);
  const wait = readWait(query);
  const minimum = readIndex(query);
  const dc = query.get('dc');
  if (dc && dc !== catalog.datacenter) throw new Refusal(500, 'No path to datacenter', noAnswer);

  const index = () => faults.indexFor(answer.index());
  if (minimum > 0)
    await held(reader, call.signal, () => index() > minimum, wait + reader.random() * (wait / 16));

  const streaming = minimum > 0 ? faults.get('streaming') : undefined;
  if (streaming && (!near || streaming.near === 'ignored'))
    return streamed(streaming, index(), answer.json());
  const leaderless = faults.get('no-leader');
  if (leaderless?.how === 'error' && !stale) throw new Refusal(500, 'No cluster leader', noAnswer);
  const deny = faults.get('default-deny');
  if (deny && call.token !== undefined && call.token !== deny.token) {
    throw new Refusal(403, 'ACL not found', noAnswer);
  }
  const filtered = faults.get('acl-filtered');
  return {
    status: 200,
    json: answer.json(),
    headers: {
      'X-Consul-Index': String(index()),
      'X-Consul-KnownLeader': String(!leaderless),
      'X-Consul-LastContact': String(faults.get('stale')?.lastContact ?? 0),
      'X-Consul-Effective-Consistency': stale ? 'stale' : query.has('consistent') ? 'consistent' : 'leader',
      ...(deny?.silent ? {} : { 'X-Consul-Default-ACL-Policy': deny ? 'deny' : 'allow' }),
      ...(filtered && !filtered.silent ? { 'X-Consul-Results-Filtered-By-ACLs': 'true' } : {}),
    },
  };
}

function streamed(
  { empty, silent }: Extract<Fault, { kind: 'streaming' }>,
  index: number,
  json: unknown,
): Answer {
  return {
    status: 200,
    json: empty ? [] : json,
    headers: {
      'X-Consul-Index': String(empty ? 1 : index),
      'X-Consul-KnownLeader': 'false',
      'X-Consul-LastContact': '0',
      ...(silent ? {} : { 'X-Consul-Query-Backend': 'streaming' }),
    },
  };
}

/** What Consul's headers say when no server answered. */
const noAnswer = { 'X-Consul-Index': '1', 'X-Consul-KnownLeader': 'false', 'X-Consul-LastContact': '0' };

/** Resolves when the condition holds after a change, when a fault is set, when time is up or the call is over. */
function held(reader: Reader, signal: AbortSignal, changed: () => boolean, wait: number): Promise<void> {
  if (changed() || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(release, wait);
    const offChange = reader.catalog.onChange(() => changed() && release());
    const offWake = reader.onWake(release);
    signal.addEventListener('abort', release);
    function release(): void {
      clearTimeout(timer);
      offChange();
      offWake();
      signal.removeEventListener('abort', release);
      resolve();
    }
  });
}

function readWait(query: URLSearchParams): number {
  const text = query.get('wait');
  if (!text) return DEFAULT_WAIT;
  const wait = parseDuration(text);
  if (wait === undefined) throw new Refusal(400, 'Invalid wait time');
  return Math.min(wait === 0 ? DEFAULT_WAIT : wait, MAX_WAIT);
}

function readIndex(query: URLSearchParams): number {
  const text = query.get('index') || '0';
  if (!/^\d+$/.test(text)) throw new Refusal(400, 'Invalid index');
  return Number(text);
}

/** Go's strconv.ParseBool, and a bare `?passing`. */
function passingOnly(query: URLSearchParams): boolean {
  const value = query.get('passing');
  if (value === null) return false;
  if (['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new Refusal(400, 'Invalid value for ?passing');
}

function allPassing(entry: HealthEntry): boolean {
  return entry.Checks.every((check) => check.Status === 'passing');
}
