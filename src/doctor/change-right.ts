import { parseAddress, RECORD_TYPES, type RecordType, recordTypeOf } from '../domain/address.ts';
import {
  type Change,
  type MultivalueRecordSet,
  setIdentifierFor,
  type TextRecordSet,
} from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { RecordStoreError } from '../errors.ts';
import { registrySet, revisionSet } from '../plan/ownership.ts';
import { REMEDIES } from '../plan/reasons.ts';
import type { RecordStore } from '../ports.ts';
import { type Finding, failed, ok, warning } from './finding.ts';
import { callFinding } from './route53-api.ts';

/** What the role needs, in the words of its policy. */
const rightFor = ({ registry, revision }: Notes) =>
  `Give the role route53:ChangeResourceRecordSets on the zone, for the names ${registry.name} and ${revision.name}, the types A, AAAA and TXT, and the actions CREATE, UPSERT and DELETE (the conditions are derived from the records in the stage's file: deploy again after a change to them; a role in another account has a policy of its own).`;

/**
 * Whether the role may change a record and what is noted of it, found out without changing it: asks for changes that
 * Route 53 must reject, but only after it has checked the role's rights, which it does for all names, types and actions
 * of the request at once. So `AccessDenied` tells of a missing right, and a rejection of the changes themselves proves it.
 *
 * Why nothing can be changed, three times over:
 *  - A batch is all or nothing, and it begins with the DELETE of record sets whose identifiers were made up just now:
 *    "Tried to delete resource record set … but it was not found" ends the whole batch.
 *    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 *  - What it writes, which is there for its right alone, names a health check that does not exist: NoSuchHealthCheck.
 *  - If something less strict than Route 53 accepts it all the same, the set has an identifier of ours, and the next
 *    run removes it. Of the registry record and the revision, only a DELETE is asked for.
 *
 * @param nonce a text that no set identifier ever had.
 */
export async function changeRightFinding(
  setting: RecordSetting,
  zone: Zone,
  store: RecordStore,
  nonce: string,
  signal: AbortSignal,
): Promise<Finding> {
  const { name } = setting;
  const notes = notesOf(setting, zone, nonce);
  const ask = (types: readonly RecordType[], noted?: Notes) =>
    attempt(store, impossible(setting, types, nonce, noted), signal);
  const all = await ask(RECORD_TYPES, notes);
  if (all !== 'denied') return describe(all, setting);
  if ((await ask(['A'], notes)) === 'allowed')
    return warning(
      `The role may change the A records of ${name}, but not AAAA, which it needs once an instance has an IPv6 address. Nothing was changed.`,
      rightFor(notes),
    );
  // As a policy has it that was written before there were registry records.
  if ((await ask(['A'])) === 'allowed')
    return failed(
      `The role may change the A records of ${name}, but not what is noted of them: TXT at ${name} and at ${notes.revision.name}, or not by CREATE (AccessDenied). Nothing was changed.`,
      rightFor(notes),
    );
  return failed(`The role may not change ${name} (AccessDenied). Nothing was changed.`, rightFor(notes));
}

type Attempt = 'allowed' | 'denied' | 'protected' | 'accepted' | RecordStoreError;

async function attempt(
  store: RecordStore,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    await store.apply(changes, signal);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
    if (error.reason === 'access-denied') return 'denied';
    if (error.reason === 'protected') return 'protected';
    return error.reason === 'rejected' ? 'allowed' : error;
  }
}

function describe(attempt: Exclude<Attempt, 'denied'>, { name }: RecordSetting): Finding {
  switch (attempt) {
    case 'allowed':
      return ok(`The role may change ${name}; Route 53 rejected a change that cannot be made, as it should.`);
    case 'protected':
      return warning(`${name} carries a record set protection: it is held.`, REMEDIES.protected);
    case 'accepted':
      return failed(
        `A change of ${name} that Route 53 must reject was accepted: this is not Route 53.`,
        'Look at the endpoint (AWS_ENDPOINT_URL…). The next run takes the record set out again.',
      );
    default:
      return callFinding(attempt, 'route53:ChangeResourceRecordSets');
  }
}

/** Of the ranges for documentation: one for each type, for the deletion and for the other changes. */
const TO_DELETE = ['192.0.2.1', '2001:db8::1'];
const TO_CREATE = ['192.0.2.2', '2001:db8::2'];
const TO_UPSERT = ['192.0.2.3', '2001:db8::3'];

/** What would be noted of a record, as far as its right is concerned. */
interface Notes {
  readonly registry: TextRecordSet;
  readonly revision: TextRecordSet;
}

/** Under identifiers that nobody has. */
function notesOf(setting: RecordSetting, zone: Zone, nonce: string): Notes {
  return {
    registry: { ...registrySet(setting), setIdentifier: nonce },
    revision: { ...revisionSet(zone, setting.owner, 0, nonce), setIdentifier: nonce },
  };
}

/**
 * Changes that cannot be made. The deletions come first, for whoever would stop at the first problem.
 *
 * @param notes without them, only the addresses are changed, and nothing is created.
 */
function impossible(
  { name, ttl, query }: RecordSetting,
  types: readonly RecordType[],
  nonce: string,
  notes?: Notes,
): readonly Change[] {
  const sets = (texts: readonly string[]) =>
    texts
      .flatMap((text) => parseAddress(text) ?? [])
      .map(
        (address): MultivalueRecordSet => ({
          ...{ routing: 'multivalue', name, type: recordTypeOf(address), ttl },
          setIdentifier: `${setIdentifierFor(query.service, address)}-${nonce}`,
          values: [address],
        }),
      )
      .filter(({ type }) => types.includes(type));
  const message = 'try a right';
  const write = (action: 'CREATE' | 'UPSERT', texts: readonly string[]) =>
    sets(texts).map((set): Change => ({ action, set: { ...set, healthCheckId: nonce }, message }));
  const removed = [...(notes ? [notes.registry, notes.revision] : []), ...sets(TO_DELETE)];
  return [
    ...removed.map((set): Change => ({ action: 'DELETE', set, message })),
    ...(notes ? write('CREATE', TO_CREATE) : []),
    ...write('UPSERT', TO_UPSERT),
  ];
}
