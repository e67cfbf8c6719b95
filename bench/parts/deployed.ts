import type { Bench } from '../part.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { ourName, serviceName } from './protocol.ts';
import type { RunningStandIns } from './stand-ins.ts';

/** What one deployment is set up with. */
export interface Deployment {
  readonly zoneId: string;
  readonly records: readonly { readonly service: string; readonly name: string }[];
  /** Its window; 0 for one pass. */
  readonly watchSeconds: number;
  /** The addresses of Consul, with commas; the stand-in's by default. */
  readonly consul?: string;
}

/** Starts the function as deployed. */
export function startDeployed(
  { bundles, node }: Bench,
  standIns: RunningStandIns,
  { zoneId, records, watchSeconds, consul = standIns.consul }: Deployment,
): FunctionProcess {
  return startFunction({
    folder: bundles.folder('deployed'),
    node,
    env: {
      CONSUL_HTTP_ADDR: consul,
      AWS_ENDPOINT_URL_ROUTE_53: standIns.route53,
      NODE_EXTRA_CA_CERTS: standIns.certificate,
      HOSTED_ZONE_ID: zoneId,
      RECORDS: JSON.stringify(records),
      WATCH_SECONDS: String(watchSeconds),
    },
  });
}

/**
 * Starts the deployed function on many names of a zone, one for each service of the stand-in.
 *
 * @param size how many names, and how many records of others are in the zone.
 * @returns starts a process. @param watchSeconds its window; 0 for one pass.
 */
export function onManyNames(
  bench: Bench,
  standIns: RunningStandIns,
  zoneId: string,
  size: { readonly names: number; readonly others: number },
): (watchSeconds: number) => FunctionProcess {
  const records = Array.from({ length: size.names }, (_, index) => ({
    service: serviceName(index),
    name: ourName(index, size),
  }));
  return (watchSeconds) => startDeployed(bench, standIns, { zoneId, records, watchSeconds });
}
