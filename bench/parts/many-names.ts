import type { Bench } from '../part.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { ourName, serviceName } from './protocol.ts';
import type { RunningStandIns } from './stand-ins.ts';

/**
 * Starts the deployed function on many names of a zone, one for each service.
 *
 * @param size how many names, and how many records of others are in the zone.
 * @returns starts a process. @param watchSeconds its window; 0 for one pass.
 */
export function onManyNames(
  { bundles, node }: Bench,
  standIns: RunningStandIns,
  zoneId: string,
  size: { readonly names: number; readonly others: number },
): (watchSeconds: number) => FunctionProcess {
  const records = Array.from({ length: size.names }, (_, index) => ({
    service: serviceName(index),
    name: ourName(index, size),
  }));
  return (watchSeconds) =>
    startFunction({
      folder: bundles.folder('deployed'),
      node,
      env: {
        CONSUL_HTTP_ADDR: standIns.consul,
        AWS_ENDPOINT_URL_ROUTE_53: standIns.route53,
        HOSTED_ZONE_ID: zoneId,
        RECORDS: JSON.stringify(records),
        WATCH_SECONDS: String(watchSeconds),
      },
    });
}
