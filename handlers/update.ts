import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import type { Route53ClientConfig } from '@aws-sdk/client-route-53';
import type { AwsConfig } from '../src/aws/client-config.ts';
import { consulAccess } from '../src/consul/consul-access.ts';
import { consulHealthSource, type HealthSourceOptions } from '../src/consul/health-source.ts';
import type { DoctorReport } from '../src/doctor/finding.ts';
import { byZone } from '../src/domain/by-zone.ts';
import { printable } from '../src/domain/printable.ts';
import { route53Budget } from '../src/pacing/route53-budget.ts';
import { type Propagation, propagation } from '../src/reconcile/propagation.ts';
import { type InvocationContext, type Parts, REPORT_RESERVE, run } from '../src/reconcile/run.ts';
import { embeddedMetrics } from '../src/report/embedded-metrics.ts';
import { jsonLine } from '../src/report/json-line.ts';
import { describeFailures, type Log, passLog, RunFailedError } from '../src/report/log-lines.ts';
import { DEFAULT_SERVICE } from '../src/report/metric-names.ts';
import { brokenRunMetrics, type MetricValue, runMetrics } from '../src/report/metrics.ts';
import { reportPass } from '../src/report/record-report.ts';
import { inSeveralZones, type RunReport } from '../src/report/run-report.ts';
import { runSummary } from '../src/report/run-summary.ts';
import { spreadDeniedLine, spreadLine, type ToldSpread } from '../src/report/spread-line.ts';
import { type TimingLog, timedSource, timingLog } from '../src/report/timings.ts';
import type { StsTiming } from '../src/route53/assumed-role.ts';
import { route53ChangeStatus } from '../src/route53/change-status.ts';
import type { Route53Timing } from '../src/route53/client.ts';
import { route53RecordStore } from '../src/route53/record-store.ts';
import { observeRequests } from '../src/route53/request-observer.ts';
import { EventError, parseEvent } from '../src/settings/event.ts';
import { type Environment, readSettings, type Settings } from '../src/settings/settings.ts';
import { accessPorts } from './access-ports.ts';
import { composeRoute53 } from './compose-route53.ts';
import { processClock } from './process-clock.ts';
import type { DoctorComposition } from './run-doctor.ts';
import { warmUp } from './warm-up.ts';

export type { InvocationContext } from '../src/reconcile/run.ts';
export type { Log } from '../src/report/log-lines.ts';

export interface Handler {
  (event: { readonly action: 'doctor' }, context: InvocationContext): Promise<DoctorReport>;
  (event: unknown, context: InvocationContext): Promise<RunReport>;
}

/** What the function is composed of, beside its settings. */
export interface Composition {
  /** The environment variables (see docs/configuration.md). */
  readonly env: Environment;
  readonly log: Log;
  /** Where and as whom to reach Route 53; by default as the SDK finds it in the environment of the process. */
  readonly route53?: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>;
  /** Where and as whom to reach SSM, Secrets Manager and STS; by default as the SDK finds it in the environment. */
  readonly aws?: AwsConfig;
  /** Make the connections without TLS; by default each client has one of its own. */
  readonly agents?: { readonly consul: Agent; readonly route53: Agent };
  /** How patient to be with STS, if a role is to be assumed. */
  readonly stsTiming?: StsTiming;
  /** How patient to be with Route 53. */
  readonly route53Timing?: Route53Timing;
  /** Takes the metrics of each run, once, when it ends, and whether each record has its own; by default nobody does. */
  readonly metrics?: (values: readonly MetricValue[], byRecord: boolean) => void;
  /** How long Consul has to answer, and how old its answers may be. */
  readonly consul?: HealthSourceOptions;
  /** Gives the whole result, however large, to who does not get it from Lambda. */
  readonly wholeResult?: boolean;
  /** What only the doctor needs. */
  readonly doctor?: Pick<DoctorComposition, 'limits' | 'now' | 'resolver'>;
}

/** Bytes of a result: Lambda hands on no more than 256 KB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BYTES = 250_000;

/** Of a stack trace, its message included. */
const MAX_LINES = 30;

/**
 * Composes the function. Settings are read and clients made at the first invocation, and kept for the next ones.
 *
 * @returns the handler. It rejects with SettingsError or EventError if it cannot run at all, and with RunFailedError
 *   if a scheduled run failed; otherwise it resolves with the report, whatever the outcome.
 */
export function createHandler(composition: Composition): Handler {
  const { log, metrics = () => undefined } = composition;
  const timings = timingLog();
  const logPass = passLog(log, processClock.now);
  const observer = {
    noteSpread(spread: ToldSpread) {
      timings.notePropagation(spread.milliseconds);
      log(...spreadLine(spread));
    },
    noteDenied: (message: string) => log(...spreadDeniedLine(message)),
  };
  let composed: Composed | undefined;

  function handle(event: { readonly action: 'doctor' }, context: InvocationContext): Promise<DoctorReport>;
  function handle(event: unknown, context: InvocationContext): Promise<RunReport>;
  async function handle(event: unknown, context: InvocationContext): Promise<RunReport | DoctorReport> {
    try {
      const { scheduled, action, force } = parseEvent(event);
      if (action === 'doctor') {
        // In a file of its own in the bundle, so that nobody else loads it.
        const { logDoctor, runDoctor } = await import('./run-doctor.ts');
        const report = await runDoctor(
          { ...composition, ...composition.doctor },
          context.getRemainingTimeInMillis() - REPORT_RESERVE,
        );
        logDoctor(log, report);
        return report;
      }
      composed ??= compose(composition, timings);
      const parts = composed;
      const { records } = parts.settings;
      const summary = runSummary(action, records);
      await withDeadline(context, (signal) =>
        meanwhile(
          (ended) => parts.propagation.follow(ended, observer),
          () =>
            run(parts, { action, force }, context, signal, ({ zoneId, wokenBy, decisions, reaction }) => {
              const pass = reportPass(action, zoneId, wokenBy, decisions, reaction);
              summary.add(pass);
              logPass(pass, inSeveralZones(records));
            }),
        ),
      );
      const report = summary.report();
      metrics(runMetrics(report, timings.take()), parts.settings.metricsByRecord);
      if (scheduled && report.outcome === 'failed') throw new RunFailedError(describeFailures(report));
      return composition.wholeResult ? report : await bounded(report);
    } catch (error) {
      // Not the error itself: it and its causes may carry the request, and with it the token.
      const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      const lines = stack.split('\n', MAX_LINES).map((line) => printable(line, 500));
      log('error', printable(message, 10_000), { error: { name, stack: lines.join('\n') } });
      // A failed run has its metrics already, and a mistyped event is no run.
      if (!(error instanceof RunFailedError || error instanceof EventError))
        metrics(brokenRunMetrics(name, timings.take()), composed?.settings.metricsByRecord ?? false);
      throw error;
    }
  }
  return handle;
}

/** A result that Lambda can hand on. */
async function bounded(report: RunReport): Promise<RunReport> {
  if (Buffer.byteLength(JSON.stringify(report)) <= MAX_BYTES) return report;
  const { boundedReport } = await import('../src/report/bounded-report.ts');
  return boundedReport(report, MAX_BYTES);
}

/** Does something beside the work, until that has ended. */
async function meanwhile<T>(
  beside: (ended: AbortSignal) => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const done = beside(end.signal);
  try {
    return await work();
  } finally {
    end.abort();
    await done;
  }
}

/** Aborts the signal when only the time for the report is left; the timer does not outlive the work. */
async function withDeadline<T>(
  context: InvocationContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), context.getRemainingTimeInMillis() - REPORT_RESERVE);
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

type Composed = Parts & { readonly settings: Settings; readonly propagation: Propagation };

function compose(composition: Composition, timings: TimingLog): Composed {
  const { env, aws, consul, agents } = composition;
  const settings = readSettings(env, (path) => readFileSync(path, 'utf8'));
  const client = observeRequests(composeRoute53(composition, settings), timings, processClock);
  const changes = propagation(route53ChangeStatus(client), processClock, Math.random);
  const stores = new Map(
    [...byZone(settings.records).keys()].map((zoneId) => [
      zoneId,
      route53RecordStore(client, zoneId, (changeId) => changes.note(zoneId, changeId)),
    ]),
  );
  return {
    settings,
    clock: processClock,
    random: Math.random,
    nonce: () => randomBytes(6).toString('hex'),
    budget: route53Budget(),
    propagation: changes,
    source: timedSource(
      consulHealthSource(consulAccess(settings.consul, accessPorts(aws), agents?.consul), consul),
      timings,
      processClock,
    ),
    storeOf(zoneId) {
      const store = stores.get(zoneId);
      if (!store) throw new Error(`the hosted zone ${zoneId} has no store`);
      return store;
    },
  };
}

const serviceName = process.env['POWERTOOLS_SERVICE_NAME'] || DEFAULT_SERVICE;

/** Past the console, before whose lines Lambda's runtime writes words of its own. */
const write = (line: string) => process.stdout.write(`${line}\n`);

/** The Lambda function. */
export const handler: Handler = createHandler({
  env: process.env,
  log(level, message, fields) {
    const line = jsonLine(level, message, fields, {
      service: serviceName,
      threshold: process.env['POWERTOOLS_LOG_LEVEL'],
      now: Date.now(),
      trace: process.env['_X_AMZN_TRACE_ID'],
    });
    if (line !== undefined) write(line);
  },
  metrics: (values, byRecord) => {
    for (const line of embeddedMetrics(serviceName, values, Date.now(), byRecord)) write(line);
  },
});

/**
 * Resolves once the function is warm, in Lambda, which sets the variable; elsewhere at once. The bundle's `update.mjs`
 * waits for it, so that Lambda does, before it calls the function initialised.
 */
export const ready: Promise<void> =
  process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined ? Promise.resolve() : warmUp(createHandler);
