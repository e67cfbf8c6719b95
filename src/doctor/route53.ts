import type { RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { RecordStoreError } from '../errors.ts';
import { changeRightFinding } from './change-right.ts';
import type { Examine } from './examine.ts';
import type { DoctorPorts, Vpc } from './ports.ts';
import { failed, type Leg, type LegName, legOf, ok, skipped } from './report.ts';
import { apiFinding, apiOverdue, callFinding, credentialsFinding } from './route53-api.ts';
import { nameFinding, vpcFinding, zoneFinding } from './zone.ts';

export interface Route53Result {
  readonly legs: readonly Leg[];
  /** Every record set at each name; `undefined` if they could not be listed. */
  readonly sets: ReadonlyMap<RecordName, readonly RecordSet[]> | undefined;
}

/** How many records are tried at once: the account's limit is shared, and a burst of it is small. */
const AT_ONCE = 5;

/** Examines the way to Route 53, the zone, and the rights to list and to change the records. */
export async function examineRoute53(
  { route53, place, nonce }: Pick<DoctorPorts, 'route53' | 'place' | 'nonce'>,
  records: readonly RecordSetting[],
  within: number,
  examine: Examine,
): Promise<Route53Result> {
  const overdue = () => apiOverdue(within);
  const credentials = await examine(
    { leg: 'aws-credentials', within, overdue: () => noCredentials(`none within ${within} ms`) },
    async (signal) => {
      try {
        await route53.credentials(signal);
        return ok('AWS credentials are there.');
      } catch (error) {
        return noCredentials(error instanceof Error ? error.message : String(error));
      }
    },
  );
  if (credentials.verdict !== 'ok')
    return { legs: [credentials, ...without(ROUTE53_LEGS, 'aws-credentials')], sets: undefined };

  let found: { zone: Zone; vpcs: readonly Vpc[] } | undefined;
  let error: RecordStoreError | undefined;
  const api = await examine({ leg: 'route53-api', within, overdue }, async (signal) => {
    try {
      found = await route53.zone(signal);
    } catch (caught) {
      if (signal.aborted || !(caught instanceof RecordStoreError)) throw caught;
      error = caught;
    }
    return apiFinding(error, within);
  });
  const legs = [credentials, api];
  if (api.verdict !== 'ok')
    return { legs: [...legs, ...without(ROUTE53_LEGS.slice(1), 'route53-api')], sets: undefined };
  const accepted = legOf('route53-credentials', credentialsFinding(error));
  legs.push(accepted);
  if (accepted.verdict !== 'ok')
    return { legs: [...legs, ...without(ROUTE53_LEGS.slice(2), 'route53-credentials')], sets: undefined };
  const zoneLeg = legOf(
    'route53-zone',
    found ? zoneFinding(found.zone) : callFinding(error, 'route53:GetHostedZone'),
  );
  legs.push(zoneLeg);
  if (error?.fault === 'zone-not-found' || !found)
    return { legs: [...legs, ...without(ROUTE53_LEGS.slice(3), 'route53-zone')], sets: undefined };

  const { zone, vpcs } = found;
  const names = records.map((setting) => legOf('record-name', nameFinding(setting.name, zone), setting.name));
  let sets: ReadonlyMap<RecordName, readonly RecordSet[]> | undefined;
  const list = await examine({ leg: 'route53-list', within, overdue }, async (signal) => {
    try {
      sets = await route53.store.read([zone.name, ...records.map(({ name }) => name)], signal);
      return ok('The records of the zone can be listed.');
    } catch (caught) {
      return callFinding(caught, 'route53:ListResourceRecordSets');
    }
  });
  const vpc = zone.private
    ? examine(
        {
          leg: 'route53-vpc',
          within,
          overdue: () =>
            failed(
              `The resolver did not answer for ${zone.name}.`,
              'Check that DNS support is on in the VPC.',
            ),
        },
        (signal) => vpcFinding(zone, vpcs, sets?.get(zone.name), place, signal),
      )
    : legOf('route53-vpc', skipped('It needs a private zone.'));
  const changes: Leg[] = [];
  for (let start = 0; start < records.length; start += AT_ONCE) {
    const some = records.slice(start, start + AT_ONCE);
    changes.push(
      ...(await Promise.all(
        some.map((setting): Leg | Promise<Leg> => {
          const nameLeg = names.find(({ subject }) => subject === setting.name);
          if (zoneLeg.verdict !== 'ok' || nameLeg?.verdict !== 'ok') {
            const needed = zoneLeg.verdict !== 'ok' ? 'route53-zone' : 'record-name';
            return legOf(
              'route53-change',
              skipped(`It needs ${needed}, which did not succeed.`),
              setting.name,
            );
          }
          return examine({ leg: 'route53-change', subject: setting.name, within, overdue }, (signal) =>
            changeRightFinding(setting, route53.store, nonce(), signal),
          );
        }),
      )),
    );
  }
  return { legs: [...legs, await vpc, list, ...names, ...changes], sets };
}

/** In the order in which each needs the ones before it. */
const ROUTE53_LEGS: readonly LegName[] = [
  'route53-api',
  'route53-credentials',
  'route53-zone',
  'route53-vpc',
  'route53-list',
  'record-name',
  'route53-change',
];

function without(legs: readonly LegName[], needed: LegName): readonly Leg[] {
  return legs.map((leg) => legOf(leg, skipped(`It needs ${needed}, which did not succeed.`)));
}

function noCredentials(why: string) {
  return failed(
    `There are no AWS credentials (${why}).`,
    "In Lambda they are those of the function's role. In a shell, set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}
