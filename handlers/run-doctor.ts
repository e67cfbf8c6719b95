import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Route53ClientConfig } from '@aws-sdk/client-route-53';
import type { AwsConfig } from '../src/aws/client-config.ts';
import { answerLimit } from '../src/consul/answer-limit.ts';
import { type ConsulAccess, consulAccess } from '../src/consul/consul-access.ts';
import type { HealthSourceOptions } from '../src/consul/health-source.ts';
import { describeIdentity } from '../src/doctor/consul-legs.ts';
import { examine, settingsFailed } from '../src/doctor/examination.ts';
import type { DoctorReport } from '../src/doctor/finding.ts';
import { consulProbe } from '../src/doctor/probes/consul-probe.ts';
import { resolverProbe } from '../src/doctor/probes/resolver-probe.ts';
import { route53Probe } from '../src/doctor/probes/route53-probe.ts';
import type { DoctorPorts, Limits, Place } from '../src/doctor/probes.ts';
import { credentialSetting } from '../src/settings/consul-identity.ts';
import type { ConsulSettings } from '../src/settings/consul-settings.ts';
import { type Environment, readSettings, type Settings } from '../src/settings/settings.ts';
import { SettingsError } from '../src/settings/settings-error.ts';
import { accessPorts } from './access-ports.ts';
import { composeRole } from './compose-role.ts';

export { logDoctor } from '../src/doctor/doctor-log.ts';

/** What the doctor is composed of. What is left out is as it is in Lambda. */
export interface DoctorComposition {
  readonly env: Environment;
  readonly route53?: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>;
  readonly aws?: AwsConfig;
  readonly consul?: HealthSourceOptions;
  readonly limits?: Limits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The resolver of the VPC. */
  readonly resolver?: Partial<Pick<Place, 'primaryNameServer' | 'addresses'>>;
}

/** Milliseconds that the whole examination may take: an operator waits for it. */
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
  const { env, route53 = {}, aws, consul = {}, limits = LIMITS, now = Date.now } = composition;
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
  const access = consulAccess(settings.consul, accessPorts(aws, now));
  // One attempt: retries would delay the finding.
  const stsTiming = { timeout: limits.route53, attempts: 1 };
  const role = composeRole({ ...composition, stsTiming }, settings);
  const report = await examine(
    settings.records,
    {
      ...(await consulPorts(settings.consul, access, now, signal)),
      route53: route53Probe(route53, role, limits.route53, now),
      place: {
        region: env['AWS_LAMBDA_FUNCTION_NAME'] ? env['AWS_REGION'] : undefined,
        ...resolverProbe(),
        ...composition.resolver,
      },
      clock: { now: () => performance.now(), epoch: now },
      nonce: randomUUID,
    },
    { limits, maxStale: consul.maxStale ?? 5_000, signal },
  );
  await access.close();
  return report;
}

/** Where certificates cannot be fetched no address can be examined, and the reason is told where a token's would be. */
async function consulPorts(
  settings: ConsulSettings,
  access: ConsulAccess,
  now: () => number,
  signal: AbortSignal,
): Promise<Pick<DoctorPorts, 'consul' | 'token'>> {
  try {
    const tls = await access.tls(signal);
    const limit = answerLimit();
    const obtain = (until: AbortSignal) => access.tokens.current(until);
    return {
      consul: settings.addresses.map((origin) => consulProbe(origin, tls, now, limit)),
      token: {
        obtained: describeIdentity(settings.identity),
        setting: credentialSetting(settings.identity),
        obtain,
      },
    };
  } catch (error) {
    return { consul: [], token: { obtained: '', setting: undefined, obtain: () => Promise.reject(error) } };
  }
}
