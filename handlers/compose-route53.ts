import type { Agent } from 'node:http';
import type { Route53Client, Route53ClientConfig } from '@aws-sdk/client-route-53';
import { credentialsOf, renewRefused } from '../src/route53/assumed-role.ts';
import { type Route53Timing, route53Client } from '../src/route53/client.ts';
import type { Settings } from '../src/settings/settings.ts';
import { composeRole, type RoleComposition } from './compose-role.ts';

/** Where Route 53 is, as whom to ask it, and how patiently. */
export interface Route53Composition extends RoleComposition {
  readonly route53?: Pick<Route53ClientConfig, 'endpoint' | 'credentials'>;
  readonly route53Timing?: Route53Timing;
  readonly agents?: { readonly route53: Agent };
}

/** The client of Route 53, in the role that the settings name if they name one. */
export function composeRoute53(composition: Route53Composition, settings: Settings): Route53Client {
  const { route53, agents } = composition;
  const own = agents && { agent: agents.route53 };
  const timing = { random: Math.random, ...composition.route53Timing, ...own };
  const role = composeRole(composition, settings);
  if (!role) return route53Client(route53, timing);
  return renewRefused(route53Client({ ...route53, credentials: credentialsOf(role) }, timing), role);
}
