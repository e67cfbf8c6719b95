import type { DoctorComposition } from '../../handlers/run-doctor.ts';
import { createHandler } from '../../handlers/update.ts';
import type { DoctorReport, Leg, LegName } from '../../src/doctor/finding.ts';
import { context, RECORDS, type Stack } from '../support/stack.ts';

export const TOKEN = 'planted-t0ken';

/** Enough for a busy machine; a test of a hang gives less. */
const LIMITS = { consul: 5_000, route53: 5_000 };

/** Runs the doctor against a stack, as the deployed function would. */
export function runDoctorOn(
  stack: Stack,
  env: Readonly<Record<string, string | undefined>> = {},
  own: Omit<DoctorComposition, 'env'> = {},
): Promise<DoctorReport> {
  const { limits = LIMITS, now, primaryNameServer, ...rest } = own;
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
    doctor: { limits, ...(now && { now }), ...(primaryNameServer && { primaryNameServer }) },
    ...rest,
  });
  return handler({ action: 'doctor' }, context());
}

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
