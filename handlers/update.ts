import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Route53ClientConfig } from '@aws-sdk/client-route-53';
import { consulHealthSource, type HealthSourceOptions } from '../src/consul/health-source.ts';
import { RunFailedError } from '../src/errors.ts';
import { parseEvent } from '../src/event.ts';
import type { Ports } from '../src/pass.ts';
import { type RecordReport, type RunReport, reportRun } from '../src/report.ts';
import { route53Client } from '../src/route53/client.ts';
import { route53RecordStore } from '../src/route53/record-store.ts';
import { type Environment, readSettings, type Settings } from '../src/settings.ts';
import { update } from '../src/update.ts';

/** What is used of Lambda's context. */
export interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/** One line of the log. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;

export type Handler = (event: unknown, context: InvocationContext) => Promise<RunReport>;

/** Milliseconds that a run leaves for its report. */
const REPORT_RESERVE = 1_000;

/** What the function is composed of, beside its settings. */
export interface Composition {
  /** The environment variables (see README, Settings). */
  readonly env: Environment;
  readonly log: Log;
  /** Where and as whom to reach Route 53; by default as the SDK finds it in the environment of the process. */
  readonly route53?: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>;
  /** How long Consul has to answer, and how old its answers may be. */
  readonly consul?: HealthSourceOptions;
}

/**
 * Composes the function. Settings are read and clients made at the first invocation, and kept for the next ones.
 *
 * @returns the handler. It rejects with SettingsError or EventError if it cannot run at all, and with RunFailedError
 *   if a scheduled run failed; otherwise it resolves with the report, whatever the outcome.
 */
export function createHandler(composition: Composition): Handler {
  const { log } = composition;
  let composed: (Ports & { readonly settings: Settings }) | undefined;

  return async (event, context) => {
    try {
      const { scheduled, ...request } = parseEvent(event);
      composed ??= compose(composition);
      const signal = AbortSignal.timeout(
        Math.max(0, Math.floor(context.getRemainingTimeInMillis() - REPORT_RESERVE)),
      );
      // Every call of the run listens to it.
      setMaxListeners(0, signal);
      const { decisions } = await update(composed.settings.records, composed, { ...request, signal });
      const report = reportRun(request.action, decisions);
      for (const record of report.records) logRecord(log, record);
      if (scheduled && report.outcome === 'failed') throw new RunFailedError(describeFailures(report));
      return report;
    } catch (error) {
      log('error', error instanceof Error ? error.message : String(error), { error });
      throw error;
    }
  };
}

function compose({ env, route53, consul }: Composition): Ports & { readonly settings: Settings } {
  const settings = readSettings(env, (path) => readFileSync(path, 'utf8'));
  return {
    settings,
    source: consulHealthSource(settings.consul, consul),
    store: route53RecordStore(route53Client(route53), settings.zoneId),
  };
}

function logRecord(log: Log, record: RecordReport): void {
  const level = record.outcome === 'failed' ? 'error' : record.reason ? 'warn' : 'info';
  log(level, headline(record), { record });
}

function headline({ name, type, outcome, reason, message, remedy }: RecordReport): string {
  return `${name} ${type} ${outcome}${reason ? ` (${reason})` : ''}: ${message}${remedy ? ` ${remedy}` : ''}`;
}

function describeFailures({ records }: RunReport): string {
  return records
    .filter(({ outcome }) => outcome === 'failed')
    .map(headline)
    .join(' ');
}

const logger = new Logger({ serviceName: 'consul-route53-updater' });

/** The Lambda function. */
export const handler: Handler = createHandler({
  env: process.env,
  log: (level, message, fields) => logger[level](message, { ...fields }),
});
