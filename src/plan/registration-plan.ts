import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { findRegistry, registrationIn, registrySet } from './ownership.ts';
import type { Change } from './record-plan.ts';

/**
 * The changes that make a name ours, or move it to another service: none where its registry record says so already.
 *
 * @param current every record set at the name.
 */
export function planRegistration(setting: RecordSetting, current: readonly RecordSet[]): readonly Change[] {
  const { owner, query } = setting;
  const before = findRegistry(current);
  const set = registrySet(setting);
  if (before && before.ttl === set.ttl && before.values.join() === set.values.join()) return [];
  const known = registrationIn(current);
  const message =
    !known || (known.owner === owner && known.service === query.service)
      ? `note that "${owner}" keeps the name`
      : known.owner !== owner
        ? `take the name over from "${known.owner}"`
        : `move the name from the service "${known.service}" to "${query.service}"`;
  const create: Change = { action: 'CREATE', set, message };
  return before ? [{ action: 'DELETE', set: before, message }, create] : [create];
}
