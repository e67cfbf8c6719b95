import { isDeepStrictEqual } from 'node:util';
import {
  ChangeResourceRecordSetsCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsRequest,
  type ListResourceRecordSetsResponse,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { LargeAnswerError } from '../aws/bounded-answers.ts';
import { compareInListOrder, normalizeListedName, type RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { Zone } from '../domain/zone.ts';
import { RecordStoreError } from '../errors.ts';
import type { RecordStore } from '../ports.ts';
import { ask } from './ask.ts';
import { fromHostedZone, fromResourceRecordSet, toRoute53Changes } from './translate.ts';

/** Record sets at one name: Route 53 allows a hundred of one type. */
const MAX_SETS = 5_000;

/** The most that Route 53 lists in one page. */
const PAGE_SIZE = 300;

/** What only an operator asks for. */
export interface ZoneListing {
  /** Reads every record set of the zone, by name. Throws as the functions of a RecordStore do. */
  all(signal: AbortSignal): Promise<ReadonlyMap<RecordName, readonly RecordSet[]>>;
}

/**
 * One hosted zone. The zone itself is read once and kept: neither its name nor its being private can change.
 *
 * @param onAccepted called with the ID of each change that Route 53 has accepted.
 */
export function route53RecordStore(
  client: Route53Client,
  zoneId: string,
  onAccepted: (changeId: string) => void = () => undefined,
): RecordStore & ZoneListing {
  let zone: Zone | undefined;
  let pageSize = PAGE_SIZE;

  /**
   * One page. Whoever may write in the zone can make large sets there: a page with too many of them is asked for again with
   * fewer sets, and the next ones grow again. So a look takes a few requests more for each 500 KB, and none once they are
   * gone.
   */
  async function list(start: ListStart, signal: AbortSignal): Promise<ListResourceRecordSetsResponse> {
    const MaxItems = pageSize;
    try {
      const page = await ask(`listing the records of the hosted zone ${zoneId}`, signal, (abortSignal) =>
        client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems, ...start }), {
          abortSignal,
        }),
      );
      pageSize = Math.min(PAGE_SIZE, MaxItems * 2);
      return page;
    } catch (error) {
      const isTooLarge = error instanceof RecordStoreError && error.cause instanceof LargeAnswerError;
      if (!isTooLarge || MaxItems === 1) throw error;
      pageSize = Math.ceil(MaxItems / 4);
      return await list(start, signal);
    }
  }

  return {
    async zone(signal) {
      if (zone) return zone;
      const { HostedZone } = await ask(`reading the hosted zone ${zoneId}`, signal, (abortSignal) =>
        client.send(new GetHostedZoneCommand({ Id: zoneId }), { abortSignal }),
      );
      zone = fromHostedZone(zoneId, HostedZone);
      return zone;
    },

    async read(names, signal) {
      const found = new Map<RecordName, RecordSet[]>(names.map((name) => [name, []]));
      const [first, ...others] = found.keys();
      let queue = first === undefined ? [] : [first, ...readingOrder(others)];
      let next: ListStart | undefined;
      while (queue[0] !== undefined) {
        const name = queue[0];
        // Of a name that is not read to its end, a former page may have listed a part.
        if (!next) for (const each of queue) found.set(each, []);
        const start: ListStart = next ?? { StartRecordName: `${name}.` };
        const page = await list(start, signal);
        const unread = new Set(queue);
        const listed = new Set<RecordName>();
        for (const set of page.ResourceRecordSets ?? []) {
          const setName = normalizeListedName(set.Name ?? '');
          listed.add(setName);
          // Most sets of a page are not asked for.
          if (unread.has(setName)) found.get(setName)?.push(fromResourceRecordSet(set));
        }
        next = nextStart(page);
        // Route 53 never does so; whatever answers in its place must neither keep us here nor fill the memory.
        if (isDeepStrictEqual(next, start) || (found.get(name)?.length ?? 0) > MAX_SETS)
          throw new RecordStoreError('route53-unavailable', `listing the records at ${name} has no end`);
        const continued = nextName(next);
        const left = queue.filter((other) => other !== continued && !isRead(other, name, listed, next));
        // What this page has begun is read to its end, although its turn would come later.
        if (continued !== undefined && unread.has(continued)) queue = [continued, ...left];
        else [queue, next] = [left, undefined];
      }
      return found;
    },

    async all(signal) {
      const found = new Map<RecordName, RecordSet[]>();
      let start: ListStart | undefined = {};
      while (start) {
        const page = await list(start, signal);
        for (const set of (page.ResourceRecordSets ?? []).map(fromResourceRecordSet)) {
          const sets = found.get(set.name);
          if (sets) sets.push(set);
          else found.set(set.name, [set]);
        }
        const next = nextStart(page);
        if (next && isDeepStrictEqual(next, start))
          throw new RecordStoreError('route53-unavailable', `listing the records of ${zoneId} has no end`);
        start = next;
      }
      return found;
    },

    async apply(changes, signal) {
      const command = new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: { Comment: 'consul-route53-updater', Changes: changes.flatMap(toRoute53Changes) },
      });
      const { ChangeInfo } = await ask(
        `changing the records of the hosted zone ${zoneId}`,
        signal,
        (abortSignal) => client.send(command, { abortSignal }),
        changes.map(({ set }) => set),
      );
      if (ChangeInfo?.Id !== undefined) onAccepted(ChangeInfo.Id);
    },
  };
}

type ListStart = Pick<
  ListResourceRecordSetsRequest,
  'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'
>;

/** In the order of the list, so that one page may hold several names; wildcards last, each on its own. */
function readingOrder(names: readonly RecordName[]): readonly RecordName[] {
  const wildcards = names.filter(isWildcard);
  return [...names.filter((name) => !isWildcard(name)).sort(compareInListOrder), ...wildcards];
}

/** Where the next page begins; `undefined` after the last. */
function nextStart(page: ListResourceRecordSetsResponse): ListStart | undefined {
  if (!page.IsTruncated || page.NextRecordName === undefined) return undefined;
  return {
    StartRecordName: page.NextRecordName,
    StartRecordType: page.NextRecordType,
    StartRecordIdentifier: page.NextRecordIdentifier,
  };
}

function nextName(next: ListStart | undefined): RecordName | undefined {
  return next?.StartRecordName === undefined ? undefined : normalizeListedName(next.StartRecordName);
}

/**
 * Whether a page that began at one name says all about another one, given that the next page does not begin with it.
 * It does if the page began with it or lists it. A name that is missing is known to be absent only if the next page
 * begins behind it, in the list's order; where an escaped character takes part in that order, and a wildcard has one,
 * the name is asked for on its own. So many names in a small zone cost no more pages than the zone has, and few names in
 * a large zone no more pages than names.
 */
function isRead(
  name: RecordName,
  first: RecordName,
  listed: ReadonlySet<RecordName>,
  next: ListStart | undefined,
): boolean {
  if (name === first || listed.has(name)) return true;
  if (isWildcard(name) || isWildcard(first) || next?.StartRecordName?.includes('\\')) return false;
  if (compareInListOrder(name, first) < 0) return false;
  const following = nextName(next);
  return following === undefined || compareInListOrder(name, following) < 0;
}

function isWildcard(name: RecordName): boolean {
  return name.startsWith('*');
}
