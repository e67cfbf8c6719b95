import { readFileSync } from 'node:fs';
import { pathOfStage } from '../../deploy/stage-file.ts';
import { type Composition, createHandler } from '../../handlers/update.ts';
import { listed } from '../../src/domain/printable.ts';
import { parseRecordName } from '../../src/domain/record-name.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import type { Confirm } from '../confirm.ts';
import type { Paint } from '../paint.ts';
import { renderPlan, resultOf } from '../render-plan.ts';
import { contextOf } from '../report.ts';
import { type Asked, compositionOf } from '../stage.ts';

export interface ForceWorld {
  readonly say: (line: string) => void;
  readonly confirm: Confirm;
  readonly paint: Paint;
  readonly outside?: Pick<Composition, 'route53'>;
}

/** Milliseconds for each of the two passes, all retries against a throttled Route 53 included. */
const TIME = 60_000;

/**
 * Shows what a forced apply would do to one record, asks, does it, and shows what became of it. The function's own loop does
 * both, so it works at any moment, whoever else is at work.
 *
 * @returns whether the record is as Consul says, now.
 * @throws Error with a sentence if the settings have no such record.
 */
export async function force(
  asked: Asked,
  record: string,
  { say, confirm, paint, outside }: ForceWorld,
): Promise<boolean> {
  const handler = createHandler({
    ...compositionOf(withRecordAlone(asked, record)),
    ...outside,
    log: () => undefined,
    wholeResult: true,
  });
  const plan: RunReport = await handler({ action: 'plan', force: true }, contextOf(TIME));
  for (const line of renderPlan(plan, paint)) say(line);
  const result = resultOf(plan);
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
  const done: RunReport = await handler({ action: 'apply', force: true }, contextOf(TIME));
  for (const { name, type, outcome, message, remedy } of done.records) {
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
function withRecordAlone(asked: Asked, record: string): Asked {
  const { env, stage, settings } = asked;
  const name = parseRecordName(record);
  const text = env['RECORDS'] ?? readFileSync(env['RECORDS_FILE'] ?? '', 'utf8');
  const alone = (JSON.parse(text) as { readonly name: string }[]).filter(
    (each) => parseRecordName(each.name) === name,
  );
  if (alone.length > 0)
    return { ...asked, env: { ...env, RECORDS: JSON.stringify(alone), RECORDS_FILE: undefined } };
  const known = listed([...new Set(settings.records.map((each) => each.name))], ', ');
  throw new Error(
    `There is no record ${record} in ${stage === undefined ? 'RECORDS' : pathOfStage(stage)}: there is ${known}.`,
  );
}
