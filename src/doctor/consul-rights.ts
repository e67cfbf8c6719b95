import type { Answer } from '../consul/answer.ts';
import { admitsFiltering, isFiltered, isListed, listIn } from '../consul/answer.ts';
import { statusError } from '../consul/health-answer.ts';
import { printable } from '../domain/printable.ts';
import type { SourceError } from '../errors.ts';
import { type CauseOf, remedyFor } from '../plan/reasons.ts';
import { type AclMode, aclModeOf, type RightsEvidence } from './evidence.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';

const suspect = (cause: CauseOf<'source-suspect'>) => remedyFor({ reason: 'source-suspect', cause });
const NODE_READ = suspect('node-read-missing');
const NO_TOKEN = suspect('anonymous-empty');
const serviceRead = (service: string) => suspect('service-read-missing').replace('<name>', service);

/** What to do about an answer that refuses: with 403, a token that is not known or that lacks a right. */
function refusal(answer: Answer | undefined, hasToken: boolean): SourceError | undefined {
  return answer?.status === 403 ? statusError(answer, hasToken) : undefined;
}

/** What the token is. An answer about the token holds its secret, of which nothing is repeated. */
export function tokenFinding(evidence: RightsEvidence): Finding {
  const { hasToken, token } = evidence;
  const mode = aclModeOf(evidence);
  if (mode === 'off')
    return ok(
      `Access control is off in Consul: ${hasToken ? 'the' : 'no'} token is ${hasToken ? 'not ' : ''}needed.`,
    );
  if (!hasToken) {
    if (mode === 'allow') return ok('There is no token, and Consul allows by default.');
    if (mode === 'deny')
      return warning(
        'There is no token, and Consul denies by default: it shows what anybody may read.',
        NO_TOKEN,
      );
    return ok('There is no token; whether one is needed, this version of Consul does not say.');
  }
  if (!token) return skipped('Consul did not answer to what it knows of the token.');
  const refused = refusal(token, hasToken);
  if (refused) return failed(`Consul ${refused.message}.`, remedyFor(refused.hold));
  if (token.status !== 200 || typeof token.body !== 'object' || token.body === null)
    return skipped(
      `Whether the token is known cannot be told: Consul answered HTTP ${token.status} to /v1/acl/token/self.`,
    );
  const { AccessorID, ExpirationTime, Policies, Roles } = token.body as Readonly<Record<string, unknown>>;
  const links = [...namesOf(Policies, 'policy'), ...namesOf(Roles, 'role')];
  const expiry = typeof ExpirationTime === 'string' ? `, expires at ${printable(ExpirationTime, 40)}` : '';
  return ok(
    `Consul knows the token (accessor ${printable(String(AccessorID), 40)}; ${links.join(', ') || 'no policy and no role'}${expiry}).`,
  );
}

function namesOf(links: unknown, what: string): readonly string[] {
  if (!Array.isArray(links)) return [];
  return links.map((link: unknown) => {
    const { Name: name } = (link ?? {}) as { Name?: unknown };
    return `${what} "${printable(String(name), 60)}"`;
  });
}

/** One service as Consul showed it. */
export interface ServiceEvidence {
  readonly service: string;
  /** `/v1/health/service/…` without a tag, so that an empty list means that the service has no instances at all. */
  readonly health: Answer | undefined;
}

/** Whether the token may read a service: an empty list may be a missing right. */
export function serviceReadFinding(evidence: RightsEvidence, { service, health }: ServiceEvidence): Finding {
  const { hasToken, services } = evidence;
  const refused = refusal(health, hasToken);
  if (refused) return failed(`Consul refused to tell of "${service}" (HTTP 403).`, remedyFor(refused.hold));
  const instances = listIn(health);
  if (!instances)
    return skipped(`Whether the token may read "${service}" cannot be told: Consul did not list it.`);
  if (isFiltered(health))
    return failed(
      `Consul left instances of "${service}" out of its answer, as the token may not read them.`,
      `${serviceRead(service)} ${NODE_READ}`,
    );
  if (instances.length > 0) return ok(`Consul shows instances of "${service}".`);
  if (isListed(services, service)) return ok(`Consul lists "${service}" among its services.`);
  const mode = aclModeOf(evidence);
  if (mode === 'off' || mode === 'allow')
    return ok(`${ruleOf(mode)}, so that Consul does not show "${service}" means that it is not there.`);
  if (!hasToken && mode === 'deny')
    return failed(
      `Consul denies by default and was asked without a token: that it does not show "${service}" says nothing.`,
      `${NO_TOKEN} ${serviceRead(service)} ${NODE_READ}`,
    );
  if (hasToken && admitsFiltering(health))
    return ok(`Consul filtered nothing out of its answer: there is no "${service}".`);
  return warning(
    `Consul does not show "${service}", and this version does not say whether the token may read it or whether there is none: that cannot be told.`,
    `Look with a token that may read everything. If the service is there: ${serviceRead(service)}`,
  );
}

/** Whether the token may read the nodes, without which an instance is not shown either. */
export function nodeReadFinding(
  evidence: RightsEvidence,
  seen: readonly ServiceEvidence[],
  datacenter?: string,
): Finding {
  const { hasToken, nodes, services } = evidence;
  const mode = aclModeOf(evidence);
  const refused = refusal(nodes, hasToken);
  if (refused) return failed('Consul refused to tell of its nodes (HTTP 403).', remedyFor(refused.hold));
  const list = listIn(nodes);
  if (!list) return skipped('Whether the token may read nodes cannot be told: Consul did not list them.');
  const hidden = seen.filter(
    ({ service, health }) => listIn(health)?.length === 0 && isListed(services, service),
  );
  if (hidden.length > 0)
    return failed(
      `Consul lists ${hidden.map(({ service }) => `"${service}"`).join(', ')} but shows no instance: the token may not read the nodes.`,
      NODE_READ,
    );
  // Consul's servers are in its catalog, so the list cannot really be empty.
  if (list.length === 0)
    return failed(
      `Consul lists no node at all, though its servers are nodes: ${hasToken ? 'the token may not read them' : 'without a token nobody may read them'}.`,
      hasToken ? NODE_READ : `${NO_TOKEN} ${NODE_READ}`,
    );
  // The servers are those of the datacenter that was asked.
  const servers = datacenter === undefined ? (listIn(evidence.peers)?.length ?? 0) : 0;
  if (isFiltered(nodes) || list.length < servers)
    return warning(
      `Consul shows ${list.length} ${list.length === 1 ? 'node' : 'nodes'} and hides others from the token${isFiltered(nodes) ? '' : `: it has ${servers} servers`}.`,
      `An instance on a hidden node seems to be gone. ${NODE_READ}`,
    );
  const count = `Consul shows ${list.length === 1 ? 'one node' : `${list.length} nodes`}`;
  if (mode === 'off' || mode === 'allow') return ok(`${count}; ${ruleOf(mode).toLowerCase()}.`);
  if (admitsFiltering(nodes)) return ok(`${count} and hides none.`);
  return ok(`${count}; whether it hides others, this version does not say.`);
}

function ruleOf(mode: Extract<AclMode, 'off' | 'allow'>): string {
  return mode === 'off' ? 'Access control is off' : 'The default policy is to allow';
}
