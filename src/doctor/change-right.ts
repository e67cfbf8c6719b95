import { parseAddress, RECORD_TYPES, type RecordType, recordTypeOf } from '../domain/address.ts';
import { type MultivalueRecordSet, setIdentifierFor } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { RecordStoreError } from '../errors.ts';
import { REMEDIES } from '../plan/reasons.ts';
import type { Change } from '../plan/record-plan.ts';
import type { RecordStore } from '../ports.ts';
import { type Finding, failed, ok, warning } from './finding.ts';
import { callFinding } from './route53-api.ts';

const RIGHT =
  'Give the role route53:ChangeResourceRecordSets on the zone, for this name, the types A and AAAA, and the actions UPSERT and DELETE (the conditions in serverless.yml are derived from records.json: deploy again after a change to it).';

/**
 * Whether the role may change a record, found out without changing it: asks for changes that Route 53 must reject, but
 * only after it has checked the role's rights, which it does for all names, types and actions of the request at once.
 * So `AccessDenied` tells of a missing right, and a rejection of the changes themselves proves it.
 *
 * Why nothing can be changed, three times over:
 *  - A batch is all or nothing, and it begins with the DELETE of a record set whose identifier was made up just now:
 *    "Tried to delete resource record set … but it was not found" ends the whole batch.
 *    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 *  - The UPSERT, which is there for its right alone, names a health check that does not exist: NoSuchHealthCheck.
 *  - If something less strict than Route 53 accepts it all the same, the set has an identifier of ours, and the next
 *    run removes it.
 *
 * @param nonce a text that no set identifier ever had.
 */
export async function changeRightFinding(
  setting: RecordSetting,
  store: RecordStore,
  nonce: string,
  signal: AbortSignal,
): Promise<Finding> {
  const all = await attempt(store, impossible(setting, RECORD_TYPES, nonce), signal);
  if (all !== 'denied') return describe(all, setting);
  const ipv4 = await attempt(store, impossible(setting, ['A'], nonce), signal);
  if (ipv4 !== 'allowed')
    return failed(`The role may not change ${setting.name} (AccessDenied). Nothing was changed.`, RIGHT);
  return warning(
    `The role may change the A records of ${setting.name}, but not AAAA, which it needs once an instance has an IPv6 address. Nothing was changed.`,
    RIGHT,
  );
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

/** Of the ranges for documentation: one for each type, for the deletion and for the other change. */
const TO_DELETE = ['192.0.2.1', '2001:db8::1'];
const TO_UPSERT = ['192.0.2.2', '2001:db8::2'];

/** Changes that cannot be made. The deletions come first, for whoever would stop at the first problem. */
function impossible(
  { name, ttl, query }: RecordSetting,
  types: readonly RecordType[],
  nonce: string,
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
  return [
    ...sets(TO_DELETE).map((set): Change => ({ action: 'DELETE', set, message })),
    ...sets(TO_UPSERT).map(
      (set): Change => ({ action: 'UPSERT', set: { ...set, healthCheckId: nonce }, message }),
    ),
  ];
}
