import { expect, onTestFinished } from 'vitest';
import type { DoctorComposition } from '../../handlers/run-doctor.ts';
import { createHandler } from '../../handlers/update.ts';
import type { DoctorReport, Leg, LegName } from '../../src/doctor/finding.ts';
import { context, RECORDS, type Stack, startStack } from '../support/stack.ts';

export const TOKEN = 'planted-t0ken';

/** Enough for a busy machine; a test of a hang gives less. */
const LIMITS = { consul: 20_000, route53: 20_000 };

/** Runs the doctor against a stack, as the deployed function would. */
export function runDoctorOn(
  stack: Stack,
  env: Readonly<Record<string, string | undefined>> = {},
  own: Omit<DoctorComposition, 'env'> = {},
): Promise<DoctorReport> {
  const { limits = LIMITS, now, resolver, ...rest } = own;
  const handler = createHandler({
    env: {
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      RECORDS,
      ...env,
    },
    log: () => undefined,
    route53: {
      endpoint: stack.route53.url,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'planted-s3cret' },
    },
    // The resolver of this machine is asked nothing.
    doctor: { limits, ...(now && { now }), resolver: { addresses: async () => [], ...resolver } },
    ...rest,
  });
  return handler({ action: 'doctor' }, context());
}

/** A stack with one healthy instance, for one test. At its end, no record may have been changed. */
export async function examinedStack(): Promise<Stack> {
  const stack = await startStack();
  await stack.register('10.0.1.1');
  let changes = 0;
  stack.route53.onChange(() => {
    changes++;
  });
  onTestFinished(async () => {
    await stack.close();
    expect(changes, 'the doctor changed a record').toBe(0);
  });
  return stack;
}

/** What is examined of a hosted zone once its API answers and accepts the credentials. */
export const OF_A_ZONE: readonly LegName[] = [
  'route53-zone',
  'route53-vpc',
  'route53-list',
  'record-name',
  'record-answer',
  'route53-change',
];

export const allSkipped = (legs: readonly LegName[]) =>
  Object.fromEntries(legs.map((leg) => [leg, 'skipped']));

/** The legs of that name. */
export function legsOf(report: DoctorReport, name: LegName): readonly Leg[] {
  return report.legs.filter(({ leg }) => leg === name);
}

/** The verdict of each leg; the worst where there are several. */
export function verdictsOf(report: DoctorReport): Partial<Record<LegName, Leg['verdict']>> {
  const order = ['failed', 'warning', 'skipped', 'ok'] as const;
  return Object.fromEntries(
    report.legs.map(({ leg }) => [
      leg,
      order.find((verdict) => legsOf(report, leg).some((each) => each.verdict === verdict)),
    ]),
  );
}
