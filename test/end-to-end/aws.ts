import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import type { AwsEvent, AwsSettings } from './hosts/aws.ts';
import type { Host } from './network.ts';
import { jsonLines } from './program.ts';

/** Route 53 and the VPC's resolver, on a host of their own. */
export interface Aws {
  /** Each change of the watched name's record sets that Route 53 accepted. */
  readonly changes: readonly Extract<AwsEvent, { event: 'change' }>[];
  /** The function's setting AWS_ENDPOINT_URL_ROUTE_53. */
  readonly endpoint: string;
  readonly zoneId: string;
}

/** @param settings as hosts/aws.ts takes them. */
export async function startAws(host: Host, settings: Omit<AwsSettings, 'address'>): Promise<Aws> {
  const changes: Extract<AwsEvent, { event: 'change' }>[] = [];
  let ready = false;
  const script = fileURLToPath(new URL('./hosts/aws.ts', import.meta.url));
  const program = await host.start(process.execPath, ['--import', 'tsx', script], {
    E2E_SETTINGS: JSON.stringify({ ...settings, address: host.address } satisfies AwsSettings),
  });
  program.onLine(
    jsonLines((line) => {
      const event = line as unknown as AwsEvent;
      if (event.event === 'ready') ready = true;
      else if (event.event === 'change') changes.push(event);
    }),
  );
  await until(() => ready || !program.running(), { within: 20_000, what: 'the Route 53 stand-in is ready' });
  if (!ready) throw new Error(`the Route 53 stand-in did not start\n${program.log()}`);
  return { changes, endpoint: `http://${host.address}`, zoneId: settings.zone.id };
}
