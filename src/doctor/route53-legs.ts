import { byZone } from '../domain/by-zone.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { REMEDIES } from '../plan/reasons.ts';
import { changeStatusFinding } from './change-status.ts';
import type { Examine } from './examine.ts';
import { type Finding, failed, type Leg, legOf, ok, sentence, skipped } from './finding.ts';
import type { DoctorPorts } from './probes.ts';
import { apiOverdue } from './route53-api.ts';
import { examineZone, nothingOf, type ZoneResult } from './zone-legs.ts';

export interface Route53Result {
  /** What concerns all zones. */
  readonly legs: readonly Leg[];
  /** The right to ask what became of a change, which is the same for all zones. */
  readonly changeStatus: Leg;
  /** One for each hosted zone, in the order of the settings. */
  readonly zones: readonly ZoneResult[];
}

/** How many records are tried at once: the account's limit is shared, and a burst of it is small. */
const AT_ONCE = 5;

/**
 * Examines the way to Route 53, and of each hosted zone the zone itself and the rights to list and to change its
 * records. The zones go side by side: what is wrong with one says nothing of another.
 */
export async function examineRoute53(
  { route53, place, nonce, clock }: Pick<DoctorPorts, 'route53' | 'place' | 'nonce' | 'clock'>,
  records: readonly RecordSetting[],
  within: number,
  examine: Examine,
): Promise<Route53Result> {
  const credentials = await examine(
    {
      ...{ leg: 'aws-credentials', within },
      overdue: () => noCredentials(`none within ${within} ms`),
      broken: (error) => noCredentials(messageOf(error)),
    },
    async (signal) => {
      await route53.credentials(signal);
      return ok('AWS credentials are there.');
    },
  );
  const { role } = route53;
  const assumed =
    role &&
    (credentials.verdict === 'ok'
      ? await examine(
          {
            ...{ leg: 'route53-role', within },
            overdue: () => stsOverdue(role.arn, within),
            // The error says which role, and what STS said.
            broken: (error) => failed(sentence(messageOf(error)), REMEDIES['role-not-assumed']),
          },
          async (signal) => {
            await role.assume(signal);
            return ok(`The role ${role.arn} can be assumed.`);
          },
        )
      : legOf('route53-role', skipped(`It needs ${credentials.leg}, which did not succeed.`)));
  const legs = [credentials, ...(assumed ? [assumed] : [])];
  const needed = legs.find(({ verdict }) => verdict !== 'ok');
  const zones = [...byZone(records)];
  const atOnce = Math.max(1, Math.floor(AT_ONCE / zones.length));
  const examined = await Promise.all(
    zones.map(([zoneId, own]) => {
      const zone = { zoneId, records: own, isOneOfSeveral: zones.length > 1 };
      if (needed) return nothingOf(zone, needed.leg);
      return examineZone(
        zone,
        { probe: route53.zoneOf(zoneId), place, nonce, clock },
        { within, atOnce },
        examine,
      );
    }),
  );
  const isAnswered = examined.some(({ legs: own }) =>
    own.some(({ leg, verdict }) => leg === 'route53-credentials' && verdict === 'ok'),
  );
  const changeStatus = isAnswered
    ? await examine({ leg: 'route53-get-change', within, overdue: () => apiOverdue(within) }, (signal) =>
        changeStatusFinding(route53.changes, nonce(), signal),
      )
    : legOf('route53-get-change', skipped('It needs route53-credentials, which did not succeed.'));
  return { legs, changeStatus, zones: examined };
}

function noCredentials(why: string): Finding {
  return failed(
    `There are no AWS credentials (${why}).`,
    "In Lambda they are those of the function's role. In a shell, set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}

function stsOverdue(arn: string, milliseconds: number): Finding {
  return failed(
    `STS did not answer within ${milliseconds} ms, so the role ${arn} was not assumed: there is no way to it from here.`,
    "Give the function's subnets a way to STS in its Region: a NAT gateway, or an interface endpoint for com.amazonaws.<region>.sts whose security group lets the function in on port 443.",
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
