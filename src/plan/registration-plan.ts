import { listed } from '../domain/printable.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { type Memory, NO_MEMORY } from './memory.ts';
import { findRegistry, registrationIn, registrySet } from './ownership.ts';
import type { Change } from './record-plan.ts';

/**
 * The changes that make a name ours, move it to another service, or note what the guards are to remember of it: none where
 * its registry record says so already.
 *
 * @param current every record set at the name.
 */
export function planRegistration(
  setting: RecordSetting,
  current: readonly RecordSet[],
  memory: Memory = NO_MEMORY,
): readonly Change[] {
  const { owner, query } = setting;
  const before = findRegistry(current);
  const set = registrySet(setting, memory);
  if (before && before.ttl === set.ttl && before.values.join() === set.values.join()) return [];
  const known = registrationIn(current);
  const message = !known
    ? `note that "${owner}" keeps the name`
    : known.owner !== owner
      ? `take the name over from "${known.owner}"`
      : known.service !== query.service
        ? `move the name from the service "${known.service}" to "${query.service}"`
        : describeMemory(memory);
  const create: Change = { action: 'CREATE', set, message };
  return before ? [{ action: 'DELETE', set: before, message }, create] : [create];
}

/** What is noted of a name that was ours before. */
function describeMemory({ gone, peaks }: Memory): string {
  if (gone.size > 0)
    return `note since when ${listed([...gone.keys()], ', ', 5)} ${gone.size === 1 ? 'is' : 'are'} not registered`;
  const [peak] = peaks;
  return peak ? `note that the name had ${peak.count} addresses` : 'note that nothing is missing';
}

/** Whether changes to a registry record only note something for the guards, and nothing of who keeps the name. */
export function isMemoryOnly(registration: readonly Change[]): boolean {
  const [before, next] = registration.map(({ set }) => JSON.stringify(registrationIn([set])));
  return next !== undefined && before === next;
}
