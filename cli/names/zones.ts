import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { composeRoute53, type Route53Composition } from '../../handlers/compose-route53.ts';
import { processClock } from '../../handlers/process-clock.ts';
import { byZone } from '../../src/domain/by-zone.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { DeadlineError, RecordStoreError } from '../../src/errors.ts';
import { revisionName } from '../../src/plan/ownership.ts';
import type { RecordStore } from '../../src/ports.ts';
import { type ZoneKnowledge, zoneKnowledge } from '../../src/reconcile/zone-knowledge.ts';
import { route53RecordStore, type ZoneListing } from '../../src/route53/record-store.ts';
import type { Settings } from '../../src/settings/settings.ts';

/** A hosted zone with everything in it. */
export interface ListedZone {
  readonly zone: Zone;
  readonly sets: ReadonlyMap<RecordName, readonly RecordSet[]>;
  /** Lists everything in it once more. */
  list(): Promise<ReadonlyMap<RecordName, readonly RecordSet[]>>;
  /** The zone as the function knows it, and its way to write: a compare-and-swap. */
  open(owner: string): ZoneKnowledge;
  /** Reads the revisions of all owners. */
  revisions(): Promise<readonly RecordSet[]>;
  /** Removes these sets by their exact values, all or none. */
  remove(sets: readonly RecordSet[]): Promise<void>;
}

/** What could be listed. */
export interface Listing {
  readonly zones: readonly ListedZone[];
  /** Why others could not be listed. */
  readonly problems: readonly string[];
}

/** Lists the hosted zones of the settings, whole. */
export async function listZones(
  settings: Settings,
  composition: Route53Composition,
  signal: AbortSignal,
): Promise<Listing> {
  // Every call listens to it.
  setMaxListeners(0, signal);
  const client = composeRoute53(composition, settings);
  const results = await Promise.all(
    [...byZone(settings.records).keys()].map((zoneId) =>
      listZone(route53RecordStore(client, zoneId), signal).catch(messageOf),
    ),
  );
  return {
    zones: results.filter((result) => typeof result !== 'string'),
    problems: results.filter((result) => typeof result === 'string'),
  };
}

async function listZone(store: RecordStore & ZoneListing, signal: AbortSignal): Promise<ListedZone> {
  const [zone, sets] = await Promise.all([store.zone(signal), store.all(signal)]);
  const nonce = () => randomBytes(6).toString('hex');
  return {
    zone,
    sets,
    list: () => store.all(signal),
    open: (owner) => zoneKnowledge({ store, clock: processClock, nonce }, owner, signal),
    revisions: async () => {
      const at = revisionName(zone);
      return (await store.read([at], signal)).get(at) ?? [];
    },
    remove: (gone) =>
      store.apply(
        gone.map((set) => ({ action: 'DELETE', set, message: 'remove it' })),
        signal,
      ),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof RecordStoreError || error instanceof DeadlineError) return error.message;
  throw error;
}
