import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Route53ClientConfig } from '@aws-sdk/client-route-53';
import type { HealthSourceOptions } from '../src/consul/health-source.ts';
import { examine, settingsFailed } from '../src/doctor/doctor.ts';
import type { Limits, Place } from '../src/doctor/ports.ts';
import { consulProbe } from '../src/doctor/probes/consul.ts';
import { primaryNameServerBy } from '../src/doctor/probes/resolver.ts';
import { route53Probe } from '../src/doctor/probes/route53.ts';
import type { DoctorReport } from '../src/doctor/report.ts';
import { SettingsError } from '../src/errors.ts';
import { type Environment, readSettings, type Settings } from '../src/settings.ts';
import type { Log } from './log.ts';

/** What the doctor is composed of. What is left out is as it is in Lambda. */
export interface DoctorComposition {
  readonly env: Environment;
  readonly route53?: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>;
  readonly consul?: HealthSourceOptions;
  readonly limits?: Limits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The resolver of the VPC. */
  readonly primaryNameServer?: Place['primaryNameServer'];
}

/** Nobody waits longer for an answer that says what hangs. Milliseconds. */
const WHOLE = 9_500;

/**
 * Milliseconds for each leg. A way out of the VPC that is missing is told of within three seconds; four steps to
 * Consul and the questions after them fit in the whole.
 */
const LIMITS: Limits = { consul: 1_800, route53: 2_500 };

/**
 * Runs the doctor once.
 *
 * @param remaining milliseconds that the invocation has.
 */
export async function runDoctor(composition: DoctorComposition, remaining: number): Promise<DoctorReport> {
  const { env, route53 = {}, consul = {}, limits = LIMITS, now = Date.now } = composition;
  let settings: Settings;
  try {
    settings = readSettings(env, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SettingsError) return settingsFailed(error);
    throw error;
  }
  const signal = AbortSignal.timeout(Math.max(0, Math.floor(Math.min(WHOLE, remaining))));
  // Every leg listens to it.
  setMaxListeners(0, signal);
  const { addresses, token } = settings.consul;
  return examine(
    settings.records,
    {
      consul: addresses.map((origin) => consulProbe(origin, settings.consul, now)),
      route53: route53Probe(route53, settings.zoneId, limits.route53, now),
      place: {
        region: env['AWS_LAMBDA_FUNCTION_NAME'] ? env['AWS_REGION'] : undefined,
        primaryNameServer: composition.primaryNameServer ?? primaryNameServerBy(),
      },
      clock: { now: () => performance.now() },
      nonce: randomUUID,
    },
    { limits, hasToken: token !== undefined, maxStale: consul.maxStale ?? 5_000, signal },
  );
}

/** One line for each leg that is not well, and one for the whole. */
export function logDoctor(log: Log, { outcome, legs }: DoctorReport): void {
  for (const leg of legs) {
    if (leg.verdict === 'ok' || leg.verdict === 'skipped') continue;
    const { subject, verdict, message, remedy } = leg;
    const which = `${leg.leg}${subject === undefined ? '' : ` ${subject}`}`;
    const line = `${which} ${verdict}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`;
    log(verdict === 'failed' ? 'error' : 'warn', line, { leg });
  }
  log('info', `doctor: ${outcome}`, { legs: legs.length });
}
