import type { RecordSetting } from '../domain/record-setting.ts';
import type { SettingsError } from '../settings/settings-error.ts';
import { clockFinding } from './clock-skew.ts';
import { conflictFinding } from './conflict.ts';
import { examineConsul } from './consul-legs.ts';
import { examiner } from './examine.ts';
import { type DoctorReport, failed, type Leg, legOf, ok, reportDoctor, skipped } from './finding.ts';
import type { DoctorPorts, Limits } from './probes.ts';
import { examineRoute53 } from './route53-legs.ts';
import { recordSubject } from './zone-legs.ts';

export interface DoctorOptions {
  readonly limits: Limits;
  /** How old an answer of Consul may be, in milliseconds. */
  readonly maxStale: number;
  /** Aborts when the time of the doctor is used up. */
  readonly signal: AbortSignal;
}

/**
 * Examines every leg of the way from Consul to Route 53, from where it runs and as the function would go it.
 *
 *  1. Consul and Route 53 side by side: reach them, know them, read them, try the rights.
 *  2. What both say together: what stands in a record's way, and the clocks.
 *
 * Changes nothing. Does not throw for what Consul, Route 53 or the network does: the legs say it.
 */
export async function examine(
  records: readonly RecordSetting[],
  ports: DoctorPorts,
  { limits, maxStale, signal }: DoctorOptions,
): Promise<DoctorReport> {
  const examineLeg = examiner(ports.clock, signal);
  const [consul, route53] = await Promise.all([
    examineConsul(ports, records, { within: limits.consul, maxStale }, examineLeg),
    examineRoute53(ports, records, limits.route53, examineLeg),
  ]);
  const zones = route53.zones.map((zone): readonly Leg[] => {
    const conflicts = zone.records.map((setting) => {
      const sets = zone.sets?.get(setting.name);
      const finding = sets
        ? conflictFinding(setting, sets, consul.desired.get(setting))
        : skipped('It needs route53-list, which did not succeed.');
      return legOf('record-conflict', finding, recordSubject(zone, setting));
    });
    return [...zone.legs, ...conflicts];
  });
  const clock = legOf('clock', clockFinding(ports.route53.skew(), consul.skews));
  const count = records.length;
  const settings = legOf(
    'settings',
    ok(`The settings are sound: ${count === 1 ? 'one record' : `${count} records`}.`),
  );
  return reportDoctor([settings, ...consul.legs, ...route53.legs], ...zones, [route53.changeStatus, clock]);
}

/** All that there is to say where the settings are wrong: nothing else can be examined. */
export function settingsFailed({ message, problems }: SettingsError): DoctorReport {
  const finding = failed(
    `${message.slice(0, message.indexOf(':'))}.`,
    "Correct the function's environment variables; see docs/configuration.md.",
    problems,
  );
  return reportDoctor([legOf('settings', finding)]);
}
