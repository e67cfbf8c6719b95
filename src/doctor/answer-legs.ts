import { RECORD_TYPES } from '../domain/address.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { changedAt, findRevision, revisionName } from '../plan/ownership.ts';
import type { Clock } from '../ports.ts';
import { answerFinding, isAnswering } from './answer.ts';
import type { Examine } from './examine.ts';
import { failed, type Leg, legOf, skipped } from './finding.ts';
import type { Place } from './probes.ts';

/** What is published in a zone, and where it is asked for. */
export interface Listed {
  readonly zone: Zone;
  /** What the zone holds at each record's name, and at that of the revisions; `undefined` if it was not listed. */
  readonly sets: ReadonlyMap<RecordName, readonly RecordSet[]> | undefined;
  /** Whether the resolver here answers from the zone. */
  readonly vpc: Leg;
  readonly place: Place;
  readonly clock: Pick<Clock, 'epoch'>;
}

/**
 * Examines of each record whether the resolver here answers by what is published.
 *
 * @param records with what tells their legs from others'.
 * @param within milliseconds for each.
 */
export async function answerLegs(
  records: readonly { readonly setting: RecordSetting; readonly subject: string }[],
  { zone, sets, vpc, place, clock }: Listed,
  within: number,
  examine: Examine,
): Promise<readonly Leg[]> {
  return await Promise.all(
    records.map(async ({ setting, subject }): Promise<Leg> => {
      const leg = 'record-answer' as const;
      if (vpc.verdict !== 'ok')
        return legOf(
          leg,
          skipped('It needs a resolver that answers from the zone: see route53-vpc.'),
          subject,
        );
      if (!sets) return legOf(leg, skipped('It needs route53-list, which did not succeed.'), subject);
      const { name, owner } = setting;
      // https://www.rfc-editor.org/rfc/rfc2308#section-5
      if (!sets.get(name)?.some(isAnswering)) {
        const why =
          'There is nothing at the name yet, which a resolver that is asked would remember for minutes.';
        return legOf(leg, skipped(why), subject);
      }
      const noAnswer = (why: string) =>
        failed(
          `The resolver here did not answer for ${name} (${why}).`,
          'Check that DNS support is on in the VPC.',
        );
      const about = {
        ...{ leg, subject, within },
        overdue: () => noAnswer(`none within ${within} ms`),
        broken: (error: unknown) => noAnswer(error instanceof Error ? error.message : String(error)),
      } as const;
      return await examine(about, async (signal) => {
        const answered = await Promise.all(
          RECORD_TYPES.map(async (type) => [type, await place.addresses(name, type, signal)] as const),
        );
        const changed = changedAt(findRevision(sets.get(revisionName(zone)) ?? [], owner));
        const since = changed === undefined ? undefined : Math.max(0, clock.epoch() - changed);
        return answerFinding(setting, sets.get(name) ?? [], new Map(answered), since);
      });
    }),
  );
}
