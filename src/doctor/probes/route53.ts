import { GetHostedZoneCommand, Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { normalizeListedName } from '../../domain/record-name.ts';
import { toRecordStoreError } from '../../route53/faults.ts';
import { route53RecordStore } from '../../route53/record-store.ts';
import type { Route53Probe } from '../ports.ts';

/**
 * Route 53 by single attempts: a client that tries again tells late what is wrong.
 *
 * @param config endpoint and credentials, as the function's own client takes them.
 * @param within milliseconds for one request.
 * @param now milliseconds since 1970.
 */
export function route53Probe(
  config: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>,
  within: number,
  now: () => number,
): Route53Probe {
  const client = new Route53Client({
    ...config,
    region: 'us-east-1',
    maxAttempts: 1,
    requestHandler: { connectionTimeout: within, requestTimeout: within, throwOnRequestTimeout: true },
  });
  let skew: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const note = (response: unknown) => {
        const { headers } = (response ?? {}) as { headers?: Readonly<Record<string, string>> };
        const ahead = Date.parse(headers?.['date'] ?? '') - now();
        if (Number.isFinite(ahead)) skew = ahead;
      };
      try {
        const result = await next(args);
        note(result.response);
        return result;
      } catch (error) {
        note((error as { $response?: unknown }).$response);
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'noteDate' },
  );

  return {
    skew: () => skew,
    credentials: async () => void (await client.config.credentials()),
    zoneOf: (zoneId) => ({
      store: route53RecordStore(client, zoneId),
      async zone(abortSignal) {
        try {
          const { HostedZone, VPCs } = await client.send(new GetHostedZoneCommand({ Id: zoneId }), {
            abortSignal,
          });
          return {
            zone: {
              id: zoneId,
              name: normalizeListedName(HostedZone?.Name ?? ''),
              private: HostedZone?.Config?.PrivateZone === true,
            },
            vpcs: (VPCs ?? []).map(({ VPCId = '', VPCRegion = '' }) => ({ id: VPCId, region: VPCRegion })),
          };
        } catch (error) {
          throw toRecordStoreError(error, `reading the hosted zone ${zoneId}`);
        }
      },
    }),
  };
}
