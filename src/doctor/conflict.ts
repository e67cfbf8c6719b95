import { parseAddress } from '../domain/address.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Desired } from '../plan/desired.ts';
import { conflictAt } from '../plan/guards.ts';
import { planRecord } from '../plan/record-plan.ts';
import { type Finding, ok, refused, warning } from './finding.ts';

/** An address reserved for documentation: it shows what conflicts with an address where no real one is known. */
const ANY_ADDRESS = parseAddress('192.0.2.1');

/**
 * Whether what somebody else has at a record's name can stand beside ours.
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
  const plans = planRecord(setting, { addresses, registered: new Map(), instances: [] }, sets);
  const conflict = conflictAt(setting.name, plans);
  if (conflict)
    return setting.onConflict === 'replace'
      ? warning(
          `${conflict.message} and will be replaced.`,
          'If that is not meant, set onConflict to "refuse" before the next run.',
        )
      : refused(conflict);
  const count = sets.length;
  return ok(
    count === 0
      ? `${setting.name} is free.`
      : `Nothing at ${setting.name} stands in the way (${count === 1 ? 'one record set' : `${count} record sets`} there).`,
  );
}
