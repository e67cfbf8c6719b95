import type { Site } from './parameters.ts';
import type { StageFile } from './stage-file.ts';

/** The function's own variables, as a stage says them; what it leaves out is missing. */
export type Variables = Readonly<Record<string, string>>;

/**
 * The settings of the function that a stage means, its records as `RECORDS`.
 *
 * @param service the name of the service and the stage: each deployment keeps names of its own, so that is who owns them.
 */
export function variablesOf(site: Site, { records }: StageFile, service: string): Variables {
  const { consulAddr, hostedZoneId, route53RoleArn, route53ExternalId, watchSeconds, ownerId } = site;
  const given = {
    CONSUL_HTTP_ADDR: consulAddr,
    HOSTED_ZONE_ID: hostedZoneId,
    ROUTE53_ROLE_ARN: route53RoleArn,
    ROUTE53_EXTERNAL_ID: route53ExternalId,
    ...site.consul.variables,
    WATCH_SECONDS: watchSeconds,
    OWNER_ID: ownerId || service,
    RECORDS: JSON.stringify(records ?? null),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}
