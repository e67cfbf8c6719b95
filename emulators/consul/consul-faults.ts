import type { HealthEntry } from './types.ts';

/**
 * What can go wrong between a reader and Consul. Faults strike reads (GET), so that a test can go on changing
 * the catalog behind them; only `down` strikes every request, as its connections are refused.
 */
export type Fault =
  /** The listener is closed: connections are refused, open ones are cut. */
  | { kind: 'down' }
  /** An error answer, such as 500, 403 `Permission denied`, 403 `ACL not found` or 429. */
  | { kind: 'status'; status: number; body: string }
  /** 200 with a web page, as a captive portal or a wrong load balancer answers. */
  | { kind: 'html' }
  /** 200 with JSON of another shape; `{"services":[]}` unless given. */
  | { kind: 'other-json'; body?: unknown }
  /** The connection is destroyed in the middle of the body. */
  | { kind: 'cut' }
  /** No answer at all. */
  | { kind: 'hang' }
  /** The answer comes this much later. */
  | { kind: 'slow'; ms: number }
  /**
   * `error`: 500 `No cluster leader`, but for `?stale`, which answers with X-Consul-KnownLeader: false;
   * `header`: every consistency answers, with that header.
   */
  | { kind: 'no-leader'; how: 'error' | 'header' }
  /** Answers from a follower that last heard of the leader this many milliseconds ago. */
  | { kind: 'stale'; lastContact: number }
  /**
   * Only the first `keep` instances (none by default), and X-Consul-Results-Filtered-By-ACLs: true. `silent` leaves
   * that header out, as Consul 1.8 does, which does not know it.
   */
  | { kind: 'acl-filtered'; keep?: number; silent?: boolean }
  /**
   * ACLs with default policy deny: no token, an empty list; another token, 403 `ACL not found`. `silent` leaves out
   * X-Consul-Default-ACL-Policy, as Consul 1.8 does, which does not know it.
   */
  | { kind: 'default-deny'; token: string; silent?: boolean }
  /** Indexes start again at this one, which may be 0, as after a restored snapshot. */
  | { kind: 'index-reset'; index: number }
  /**
   * No fault, but how Consul has answered blocking health queries since 1.10: from a view of the server's own, whose
   * headers always say that no leader is known, and never how old the answer is nor that ACLs filtered it
   * (hashicorp/consul#9776). `empty`: a view that has lost its content (hashicorp/consul#20790). `silent` leaves out
   * X-Consul-Query-Backend, as Consul before 1.12 does. A query with `near` is answered without that view, unless it is
   * `refused`, as by Consul 1.9 where streaming was opted in, or `ignored`, as a later Consul may.
   */
  | { kind: 'streaming'; empty?: boolean; silent?: boolean; near?: 'refused' | 'ignored' }
  /** 200 with no instances of services that exist (hashicorp/consul#4554). */
  | { kind: 'empty' };

/** The faults of one agent: at most one of a kind, several kinds together. */
export class Faults {
  readonly #faults = new Map<Fault['kind'], Fault>();
  #indexAtReset = 0;

  /** @param catalogIndex the catalog's index at this moment, from which a reset index counts on. */
  set(fault: Fault, catalogIndex: number): void {
    this.#faults.set(fault.kind, fault);
    if (fault.kind === 'index-reset') this.#indexAtReset = catalogIndex;
  }

  clear(): void {
    this.#faults.clear();
  }

  get<K extends Fault['kind']>(kind: K): Extract<Fault, { kind: K }> | undefined {
    return this.#faults.get(kind) as Extract<Fault, { kind: K }> | undefined;
  }

  /** The index to answer for one that the catalog has. */
  indexFor(index: number): number {
    const reset = this.get('index-reset');
    return reset ? reset.index + Math.max(0, index - this.#indexAtReset) : index;
  }

  /** What is left of a list of instances. */
  visible(entries: HealthEntry[], token: string | undefined): HealthEntry[] {
    return this.get('empty') ? [] : this.readable(entries, token);
  }

  /** What a token may read of a list of nodes or instances. */
  readable<T>(list: T[], token: string | undefined): T[] {
    if (this.isAnonymous(token)) return [];
    const filtered = this.get('acl-filtered');
    return filtered ? list.slice(0, filtered.keep ?? 0) : list;
  }

  /** Whether nothing is shown, for want of a token. */
  isAnonymous(token: string | undefined): boolean {
    return this.get('default-deny') !== undefined && token === undefined;
  }
}
