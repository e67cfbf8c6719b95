import { GetHostedZoneCommand, Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { boundAnswers } from '../../aws/bounded-answers.ts';
import { type AssumedRole, credentialsOf } from '../../route53/assumed-role.ts';
import { route53ChangeStatus } from '../../route53/change-status.ts';
import { route53RecordStore } from '../../route53/record-store.ts';
import { toRecordStoreError } from '../../route53/store-error.ts';
import { fromHostedZone } from '../../route53/translate.ts';
import type { Route53Probe } from '../probes.ts';

/**
 * Route 53 with one attempt for each request: retries would delay the finding.
 *
 * @param config endpoint and credentials, as the function's own client takes them.
 * @param role whose credentials to use; by default those of the configuration.
 * @param within milliseconds for one request.
 * @param now milliseconds since 1970.
 */
export function route53Probe(
  config: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>,
  role: AssumedRole | undefined,
  within: number,
  now: () => number,
): Route53Probe {
  /** Has the function's own credentials: those that assume the role or, without a role, those that ask Route 53. */
  const own = new Route53Client({ ...config, region: 'us-east-1' });
  const client = boundAnswers(
    new Route53Client({
      ...config,
      ...(role && { credentials: credentialsOf(role) }),
      region: 'us-east-1',
      maxAttempts: 1,
      requestHandler: { connectionTimeout: within, requestTimeout: within, throwOnRequestTimeout: true },
    }),
  );
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
    changes: route53ChangeStatus(client),
    credentials: async () => void (await own.config.credentials()),
    ...(role && {
      role: { arn: role.arn, assume: async () => void (await role.session.get()) },
    }),
    zoneOf: (zoneId) => ({
      store: route53RecordStore(client, zoneId),
      async zone(abortSignal) {
        try {
          const { HostedZone, VPCs } = await client.send(new GetHostedZoneCommand({ Id: zoneId }), {
            abortSignal,
          });
          return {
            zone: fromHostedZone(zoneId, HostedZone),
            vpcs: (VPCs ?? []).map(({ VPCId = '', VPCRegion = '' }) => ({ id: VPCId, region: VPCRegion })),
          };
        } catch (error) {
          throw toRecordStoreError(error, `reading the hosted zone ${zoneId}`);
        }
      },
    }),
  };
}
