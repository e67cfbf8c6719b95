import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import type { Consul } from '../../emulators/consul/types.ts';
import { DUMMY_CREDENTIALS, type LocalRoute53, startLocalRoute53 } from '../../emulators/stack.ts';
import { createHandler, type Log } from '../../handlers/update.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import { contextOf } from '../report.ts';
import type { ConsulChoice } from './demo-consul.ts';
import { startSchedule } from './demo-schedule.ts';

export const SERVICE = 'rdsproxy';
export const ZONE_NAME = 'corp.internal';
export const RECORD_NAME = 'rdsproxy.corp.internal';

/** The function's setting OWNER_ID. */
export const DEMO_OWNER = 'npm-start';

/** The function's setting RECORDS. */
export const DEMO_RECORDS = JSON.stringify([{ service: SERVICE, name: RECORD_NAME }]);

/** Milliseconds between two invocations. EventBridge's shortest, a minute, would be too long for a demonstration. */
const SCHEDULE_EVERY = 500;

/** Seconds that an invocation stays and watches. Short, as the stack stops only after the last one has ended. */
export const WATCH_SECONDS = 1;

/** Everything that runs. */
export interface Stage {
  /** Which Consul it is, in words. */
  readonly consulDescription: string;
  readonly consul: Consul;
  /** The agents of `node-1` and `node-2`. */
  readonly agents: readonly [AgentApi, AgentApi];
  readonly names: LocalRoute53;
  /** What the function last reported of the record since `forget`. */
  lastReport(): RecordReport | undefined;
  /** The function's last error since `forget`, beside what it reports of records. */
  lastError(): string | undefined;
  forget(): void;
  /** Calls back for each report of the record. */
  onReport(listener: (report: RecordReport) => void): void;
  /** Stops everything; safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the embedded stack: Route 53 with its DNS server, Consul, and the function on its schedule.
 *
 * @param log gets the function's log.
 * @throws Error when a part does not start; the others are stopped then.
 */
export async function startStage(choice: ConsulChoice, log: Log): Promise<Stage> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const names = await startLocalRoute53(ZONE_NAME);
    closers.push(names.close);
    const { consul, instead } = await choice.start();
    closers.push(consul.close);
    const [first, second] = consul.agents.map(({ url }) => agentApi(url));
    if (!first || !second) throw new Error('the Consul that was started has fewer than two agents');

    let lastReport: RecordReport | undefined;
    let lastError: string | undefined;
    const listeners: ((report: RecordReport) => void)[] = [];
    const handler = createHandler({
      env: {
        CONSUL_HTTP_ADDR: consul.agents.map(({ url }) => url).join(),
        HOSTED_ZONE_ID: names.zone.id,
        RECORDS: DEMO_RECORDS,
        OWNER_ID: DEMO_OWNER,
        WATCH_SECONDS: String(WATCH_SECONDS),
      },
      log(level, message, fields) {
        log(level, message, fields);
        if (isRecordLog(fields)) {
          lastReport = fields.record;
          for (const listener of listeners) listener(fields.record);
        } else if (level === 'error') {
          lastError = message;
        }
      },
      route53: { endpoint: names.route53.url, credentials: DUMMY_CREDENTIALS },
    });
    const schedule = startSchedule(
      () => handler(scheduledEvent(), contextOf((WATCH_SECONDS + 10) * 1_000)),
      SCHEDULE_EVERY,
    );
    closers.push(schedule.stop);

    return {
      consulDescription: instead ?? choice.description,
      consul,
      agents: [first, second],
      names,
      lastReport: () => lastReport,
      lastError: () => lastError,
      forget() {
        lastReport = undefined;
        lastError = undefined;
      },
      onReport: (listener) => void listeners.push(listener),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The function logs each record with its report, whether one pass or many make an invocation. */
function isRecordLog(fields: object): fields is { readonly record: RecordReport } {
  return 'record' in fields && typeof fields.record === 'object';
}

/** What EventBridge sends. */
function scheduledEvent(): object {
  return {
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    time: new Date().toISOString(),
    detail: {},
  };
}
