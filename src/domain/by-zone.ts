import type { RecordSetting } from './record-setting.ts';

/** The records of each hosted zone, by its ID; zones and records in the order of the settings. */
export function byZone(records: readonly RecordSetting[]): ReadonlyMap<string, readonly RecordSetting[]> {
  const zones = new Map<string, RecordSetting[]>();
  for (const record of records) {
    const zone = zones.get(record.zoneId);
    if (zone) zone.push(record);
    else zones.set(record.zoneId, [record]);
  }
  return zones;
}
