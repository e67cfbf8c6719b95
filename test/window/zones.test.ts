import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind, HostedZone } from '../../emulators/route53/server.ts';
import type { Reason } from '../../src/plan/reasons.ts';
import type { PassReport, RecordReport, RunReport } from '../../src/report/run-report.ts';
import { TIMING } from '../support/fault-cell.ts';
import { type OpenWindow, openWindow } from '../support/open-window.ts';
import { context, NAME, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** The one that is in trouble, and another one of the same domain, for another VPC. */
let troubled: HostedZone;
let sound: HostedZone;
let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  troubled = stack.zone;
  sound = stack.route53.zones.create({ name: 'corp.internal', private: true });
  await stack.register('10.0.1.1');
  await stack.register('10.0.1.2');
});
afterEach(() => stack.close());

const RECORDS = () =>
  JSON.stringify([
    { service: 'rdsproxy', name: NAME },
    { service: 'rdsproxy', name: NAME, zoneId: sound.id },
  ]);
const env = (watch = '600') => ({ RECORDS: RECORDS(), WATCH_SECONDS: watch });

const trouble = (kind: FaultKind) => ({
  begin: () => stack.route53.faults.add({ kind, when: ({ zoneId }) => zoneId === troubled.id }),
  end: () => stack.route53.faults.clear(),
});

const published = (zone: HostedZone) =>
  zone
    .find(NAME, 'A')
    .flatMap(({ values }) => values)
    .sort();
const shows = (zone: HostedZone, ...addresses: readonly string[]) =>
  until(() => published(zone).join() === addresses.join(), {
    within: 30_000,
    what: `${addresses} in ${zone.id}`,
  });

/** The records that passes over a zone have logged. */
const linesOf = (window: OpenWindow, zone: HostedZone) =>
  window
    .lines()
    .map(({ message, fields }) => ({ message, ...(fields as { record: RecordReport } & PassReport) }))
    .filter(({ record }) => record.zoneId === zone.id);

const LASTING: readonly [FaultKind, Reason][] = [
  ['throttling', 'throttled'],
  ['access-denied', 'access-denied'],
  ['no-such-zone', 'zone-not-found'],
  ['internal-error', 'route53-unavailable'],
  ['hang', 'route53-unavailable'],
];

describe('a zone that fails does not hold up another', () => {
  it.each(LASTING)('in the first pass and inside the window: %s', async (kind, reason) => {
    const { begin, end } = trouble(kind);
    begin();
    const window = await openWindow(stack, { env: env(), timing: TIMING });
    await shows(sound, '10.0.1.1', '10.0.1.2');
    await until(() => linesOf(window, troubled).some(({ record }) => record.reason === reason), {
      within: 30_000,
    });
    await stack.setStatus('10.0.1.2', 'critical');
    await shows(sound, '10.0.1.1');
    expect(published(troubled)).toEqual([]);
    end();
    await shows(troubled, '10.0.1.1');
    await window.end();
    const report = await window.run;
    expect(report).toMatchObject({
      outcome: 'changed',
      records: [troubled, sound].map(({ id }) => ({ zoneId: id, published: ['10.0.1.1'] })),
    });
  });
});

describe('what a run over several zones says', () => {
  const once = (own: object = {}) => stack.function(env('0'), TIMING)(own, context()) as Promise<RunReport>;

  it('has the records in the order of the settings, and the passes in that of time', async () => {
    // The first zone ends last.
    stack.route53.faults.add({ kind: 'throttling', times: 3, when: ({ zoneId }) => zoneId === troubled.id });
    stack.route53.onChange(() => stack.route53.faults.clear());
    const report = await once();
    expect(report.records.map(({ zoneId }) => zoneId)).toEqual([troubled.id, sound.id]);
    expect(report.passes).toEqual(
      [sound, troubled].map(({ id }) => ({
        zoneId: id,
        wokenBy: ['invocation'],
        outcome: 'changed',
        changed: [NAME],
      })),
    );
  });

  it('names the zone in the log and in the error', async () => {
    trouble('no-such-zone').begin();
    await once();
    const messages = stack.log.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringContaining(`${NAME} A in ${sound.id} changed: `));
    expect(messages).toContainEqual(
      expect.stringContaining(`${NAME} A in ${troubled.id} failed (zone-not-found): `),
    );
  });

  it('does not name the zone where there is one', async () => {
    await stack.function({}, TIMING)({}, context());
    expect(stack.log.map(({ message }) => message)).toEqual([expect.stringContaining(`${NAME} A changed: `)]);
  });
});
