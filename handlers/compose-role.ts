import type { Route53ClientConfig } from '@aws-sdk/client-route-53';
import type { AwsConfig } from '../src/aws/client-config.ts';
import { type AssumedRole, assumedRole, type StsTiming } from '../src/route53/assumed-role.ts';
import type { Settings } from '../src/settings/settings.ts';

/** Where STS is, as whom to ask it, and how patiently. */
export interface RoleComposition {
  readonly aws?: AwsConfig;
  readonly route53?: Pick<Route53ClientConfig, 'credentials'>;
  readonly stsTiming?: StsTiming;
}

/** The role to be assumed before talking to Route 53; `undefined` where the settings name none. */
export function composeRole(
  { aws = {}, route53, stsTiming }: RoleComposition,
  { route53Role }: Settings,
): AssumedRole | undefined {
  if (!route53Role) return undefined;
  const credentials = aws.credentials ?? route53?.credentials;
  return assumedRole(route53Role, { ...aws, ...(credentials && { credentials }) }, Date.now, stsTiming);
}
