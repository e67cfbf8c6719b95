import { parseAddress } from '../domain/address.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Desired } from '../plan/desired.ts';
import { conflictAt, type Objection, reviewPlan } from '../plan/guards.ts';
import { registrationIn } from '../plan/ownership.ts';
import { planRecord } from '../plan/record-plan.ts';
import { type Finding, ok, refused, warning } from './finding.ts';

/** An address reserved for documentation: it shows what conflicts with an address where no real one is known. */
const ANY_ADDRESS = parseAddress('192.0.2.1');

/**
 * Whether the name is another owner's, and whether what somebody else has there can stand beside ours.
 *
 * @param desired what Consul says should be published, if that is known.
 */
export function conflictFinding(
  setting: RecordSetting,
  sets: readonly RecordSet[],
  desired: Desired | undefined,
): Finding {
  const known = desired && desired.addresses.length > 0;
  const addresses = known ? desired.addresses : ANY_ADDRESS ? [ANY_ADDRESS] : [];
  const assumed: Desired = { addresses, registered: new Map(), instances: [] };
  const plans = planRecord(setting, assumed, sets);
  const owned = ownedByAnother(setting, sets);
  const conflict = conflictAt(setting.name, plans);
  const first = owned ?? conflict;
  if (first && setting.onConflict === 'refuse') return refused(first);
  if (first) {
    const fates = [
      ...(owned ? [`${owned.message} and will be taken over.`] : []),
      ...(conflict ? [`${conflict.message} and will be replaced.`] : []),
    ];
    return warning(fates.join(' '), 'If that is not meant, set onConflict to "refuse" before the next run.');
  }
  const count = sets.length;
  return ok(
    count === 0
      ? `${setting.name} is free.`
      : `Nothing at ${setting.name} stands in the way (${count === 1 ? 'one record set' : `${count} record sets`} there).`,
  );
}

/** What the guards say of another owner, whether or not the name is to be taken over. */
function ownedByAnother(setting: RecordSetting, sets: readonly RecordSet[]): Objection | undefined {
  const registration = registrationIn(sets);
  return reviewPlan({ setting: { ...setting, onConflict: 'refuse' }, plans: [], registration });
}
