import type { RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { RecordStoreError } from '../errors.ts';
import { limiter } from '../pacing/limiter.ts';
import { revisionName } from '../plan/ownership.ts';
import { answerLegs } from './answer-legs.ts';
import { changeRightFinding } from './change-right.ts';
import type { Examine } from './examine.ts';
import { type Finding, failed, type Leg, type LegName, legOf, ok, skipped } from './finding.ts';
import type { DoctorPorts, Vpc, ZoneProbe } from './probes.ts';
import { apiFinding, apiOverdue, callFinding, credentialsFinding } from './route53-api.ts';
import { nameFinding, vpcFinding, zoneFinding } from './zone-findings.ts';

/** A hosted zone to be examined. */
export interface ExaminedZone {
  readonly zoneId: string;
  readonly records: readonly RecordSetting[];
  /** Then its legs name it. */
  readonly isOneOfSeveral: boolean;
}

/** What became of one hosted zone. */
export interface ZoneResult extends ExaminedZone {
  readonly legs: readonly Leg[];
  /** Every record set at each name; `undefined` if they could not be listed. */
  readonly sets: ReadonlyMap<RecordName, readonly RecordSet[]> | undefined;
}

/** What is examined of a zone, in the order in which each needs the ones before it. */
const ZONE_LEGS: readonly LegName[] = [
  'route53-api',
  'route53-credentials',
  'route53-zone',
  'route53-vpc',
  'route53-list',
  'record-name',
  'record-answer',
  'route53-change',
];

/** How a leg of a record is told from those of others. */
export function recordSubject({ isOneOfSeveral, zoneId }: ExaminedZone, { name }: RecordSetting): string {
  return isOneOfSeveral ? `${name} in ${zoneId}` : name;
}

/** A zone of which nothing could be examined, since it needs a leg that did not succeed. */
export function nothingOf(zone: ExaminedZone, needed: LegName): ZoneResult {
  return { ...zone, legs: without(zone, ZONE_LEGS, needed), sets: undefined };
}

/**
 * Examines one hosted zone: whether the API answers for it and accepts the credentials, the zone, and the rights to
 * list and to change its records.
 *
 * @param limits milliseconds for each call, and how many records are tried at once.
 */
export async function examineZone(
  examined: ExaminedZone,
  {
    probe,
    place,
    nonce,
    clock,
  }: Pick<DoctorPorts, 'place' | 'nonce' | 'clock'> & {
    readonly probe: ZoneProbe;
  },
  { within, atOnce }: { readonly within: number; readonly atOnce: number },
  examine: Examine,
): Promise<ZoneResult> {
  const { records } = examined;
  const subject = subjectOf(examined);
  const overdue = () => apiOverdue(within);
  let found: { zone: Zone; vpcs: readonly Vpc[] } | undefined;
  let error: RecordStoreError | undefined;
  const api = await examine({ leg: 'route53-api', subject, within, overdue }, async (signal) => {
    try {
      found = await probe.zone(signal);
    } catch (caught) {
      if (signal.aborted || !(caught instanceof RecordStoreError)) throw caught;
      error = caught;
    }
    return apiFinding(error, within);
  });
  const legs = [api];
  /** The result where a leg did not succeed that all later ones need. */
  const stoppedAt = (leg: LegName): ZoneResult => ({
    ...examined,
    legs: [...legs, ...without(examined, ZONE_LEGS.slice(legs.length), leg)],
    sets: undefined,
  });
  if (api.verdict !== 'ok') return stoppedAt('route53-api');
  const accepted = legOf('route53-credentials', credentialsFinding(error), subject);
  legs.push(accepted);
  if (accepted.verdict !== 'ok') return stoppedAt('route53-credentials');
  const zoneLeg = legOf(
    'route53-zone',
    found ? zoneFinding(found.zone) : callFinding(error, 'route53:GetHostedZone'),
    subject,
  );
  legs.push(zoneLeg);
  if (error?.reason === 'zone-not-found' || !found) return stoppedAt('route53-zone');

  const { zone, vpcs } = found;
  const names = new Map(records.map((setting) => [setting, nameFinding(setting.name, zone)]));
  let sets: ReadonlyMap<RecordName, readonly RecordSet[]> | undefined;
  const broken = (caught: unknown) => callFinding(caught, 'route53:ListResourceRecordSets');
  const list = await examine({ leg: 'route53-list', subject, within, overdue, broken }, async (signal) => {
    const names = records.map(({ name }) => name);
    sets = await probe.store.read([zone.name, revisionName(zone), ...names], signal);
    return ok('The records of the zone can be listed.');
  });
  const noResolver = (): Finding =>
    failed(`The resolver did not answer for ${zone.name}.`, 'Check that DNS support is on in the VPC.');
  const vpc = zone.private
    ? examine({ leg: 'route53-vpc', subject, within, overdue: noResolver }, async (signal) => {
        const finding = await vpcFinding(zone, vpcs, sets?.get(zone.name), place, signal);
        // With several zones, one may be for clients in another VPC.
        return examined.isOneOfSeveral && finding.verdict === 'failed'
          ? { ...finding, verdict: 'warning' }
          : finding;
      })
    : legOf('route53-vpc', skipped('It needs a private zone.'), subject);
  async function changeLeg(setting: RecordSetting): Promise<Leg> {
    const about = { leg: 'route53-change', subject: recordSubject(examined, setting) } as const;
    if (zoneLeg.verdict !== 'ok') return legOf(about.leg, needs('route53-zone'), about.subject);
    if (names.get(setting)?.verdict !== 'ok') return legOf(about.leg, needs('record-name'), about.subject);
    return await examine({ ...about, within, overdue }, (signal) =>
      changeRightFinding(setting, zone, probe.store, nonce(), signal),
    );
  }
  const inTurn = limiter(atOnce);
  const changes = await Promise.all(records.map((setting) => inTurn(() => changeLeg(setting))));
  const nameLegs = [...names].map(([setting, finding]) =>
    legOf('record-name', finding, recordSubject(examined, setting)),
  );
  const seen = await vpc;
  const answers = await answerLegs(
    records.map((setting) => ({ setting, subject: recordSubject(examined, setting) })),
    { zone, sets, vpc: seen, place, clock },
    within,
    examine,
  );
  return { ...examined, legs: [...legs, seen, list, ...nameLegs, ...answers, ...changes], sets };
}

function subjectOf({ isOneOfSeveral, zoneId }: ExaminedZone): string | undefined {
  return isOneOfSeveral ? zoneId : undefined;
}

function without(zone: ExaminedZone, legs: readonly LegName[], needed: LegName): readonly Leg[] {
  return legs.map((leg) => legOf(leg, needs(needed), subjectOf(zone)));
}

function needs(leg: LegName): Finding {
  return skipped(`It needs ${leg}, which did not succeed.`);
}
