import { readFileSync } from 'node:fs';
import { pathOfStage } from '../../deploy/stage-file.ts';
import { type Composition, createHandler } from '../../handlers/update.ts';
import { listed } from '../../src/domain/printable.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import { parseZoneId } from '../../src/domain/zone.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import { advised } from '../advice.ts';
import type { Confirm } from '../confirm.ts';
import type { Paint } from '../paint.ts';
import { renderPlan, renderRecords, resultOf } from '../render-plan.ts';
import { contextOf } from '../report.ts';
import { type Asked, compositionOf } from '../stage.ts';
import { bothOf, patiently } from '../waiting.ts';

export interface ForceWorld {
  readonly say: (line: string) => void;
  readonly confirm: Confirm;
  readonly paint: Paint;
  readonly outside?: Pick<Composition, 'route53'>;
}

/** Milliseconds for each pass, all retries against a throttled Route 53 included. */
const TIME = 60_000;

/**
 * Shows what a forced apply would do to one record, asks, does it, and shows what became of it. The function's own loop does
 * both, so it works at any moment, whoever else is at work.
 *
 * The yes is to what was shown: Consul may be losing its catalog just now, so it plans again, and stops if more would go.
 *
 * @param zone the ID of the record's hosted zone; only needed where the name is in several.
 * @returns whether the record is as Consul says, now.
 * @throws Error with a sentence if the settings have no such record, or several.
 */
export async function force(
  asked: Asked,
  record: string,
  zone: string | undefined,
  { say, confirm, paint, outside }: ForceWorld,
): Promise<boolean> {
  const handler = createHandler({
    ...compositionOf(withRecordAlone(asked, record, zone)),
    ...outside,
    log: () => undefined,
    wholeResult: true,
  });
  const planNow = (): Promise<RunReport> => handler({ action: 'plan', force: true }, contextOf(TIME));
  const planned = await patiently(planNow(), bothOf(asked));
  const plan = { ...planned, records: planned.records.map((each) => advised(each, asked)) };
  const result = resultOf(plan);
  for (const line of (result === 'pending' ? renderRecords : renderPlan)(plan, paint)) say(line);
  const reasons = [...new Set(plan.records.filter(isHeld).map(({ reason }) => `"${reason}"`))];
  if (reasons.length > 0) say(`force overrides "vanished" alone, and this is held by ${reasons.join(', ')}.`);
  if (result !== 'pending') return result === 'nothing-to-do' && !plan.records.some(isHeld);
  const going = plan.records.flatMap(leaving);
  say(
    going.length === 0
      ? 'No address will go.'
      : paint.red(
          `${listed(going, ', ')} will go, whether or not ${going.length === 1 ? 'it is' : 'they are'} in use.`,
        ),
  );
  if (!(await confirm('Do it now?'))) {
    say('Nothing was changed.');
    return false;
  }
  const again = await planNow();
  const more = again.records.flatMap(leaving).filter((address) => !going.includes(address));
  if (more.length > 0 || resultOf(again) === 'error') {
    const why =
      more.length > 0
        ? `${listed(more, ', ')} would go, too, which ${more.length === 1 ? 'was' : 'were'} not shown`
        : again.records.map(({ message }) => message).join(' ');
    say(`Nothing was changed: ${why}. Run it again, and look.`);
    return false;
  }
  const done: RunReport = await handler({ action: 'apply', force: true }, contextOf(TIME));
  for (const { name, type, outcome, message, remedy } of done.records.map((each) => advised(each, asked))) {
    say(`${name} ${type}: ${outcome}: ${message}`);
    if (remedy !== undefined) say(`  do  ${remedy}`);
  }
  return done.outcome !== 'failed' && !done.records.some(isHeld);
}

const isHeld = ({ outcome }: RecordReport) => outcome === 'held';

/** The addresses that a plan takes out. */
function leaving({ published, planned }: RecordReport): readonly string[] {
  return planned ? (published ?? []).filter((address) => !planned.includes(address)) : [];
}

/** The same settings, with one record only. */
function withRecordAlone(asked: Asked, record: string, zone: string | undefined): Asked {
  const { env, stage, settings } = asked;
  const name = parseRecordName(record);
  const zoneOf = (id: string | undefined) => parseZoneId(id ?? env['HOSTED_ZONE_ID'] ?? '');
  const text = env['RECORDS']?.trim() || readFileSync(env['RECORDS_FILE'] ?? '', 'utf8');
  const alone = (JSON.parse(text) as { readonly name: string; readonly zoneId?: string }[]).filter(
    (each) =>
      parseRecordName(each.name) === name &&
      (zone === undefined || zoneOf(each.zoneId) === parseZoneId(zone)),
  );
  const zones = [...new Set(alone.map(({ zoneId }) => zoneOf(zoneId)))];
  if (zones.length > 1)
    throw new Error(`${name} is in several zones: add ${zones.map((id) => `--zone ${id}`).join(' or ')}.`);
  if (alone.length > 0)
    return { ...asked, env: { ...env, RECORDS: JSON.stringify(alone), RECORDS_FILE: undefined } };
  const known = listed([...new Set(settings.records.map((each) => each.name))], ', ');
  const place = stage === undefined ? 'RECORDS' : pathOfStage(stage);
  const where = zone === undefined ? place : `the zone ${zone} in ${place}`;
  throw new Error(`There is no record ${record} in ${where}: there is ${known}.`);
}
