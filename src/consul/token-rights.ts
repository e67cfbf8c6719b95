import * as v from 'valibot';
import { defined } from '../domain/defined.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import type { SourceError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { isFiltered, isListed, listIn } from './answer.ts';
import type { Call, ConsulEndpoint } from './endpoint.ts';
import { placeParameters } from './query-parameters.ts';

/** A right without which a service seems to have no instances. */
export type MissingRight = 'service:read' | 'node:read';

/** Extra keys aside, as `POST /v1/internal/acl/authorize` answers: one for each question, in their order. */
const VerdictsSchema = v.tuple([v.object({ Allow: v.boolean() }), v.object({ Allow: v.boolean() })]);

/**
 * Finds out which right the token lacks, where an answer has fewer instances than there may be. Consul before 1.11
 * never says that it left something out, and no version says why.
 *
 * It asks as Consul's own web interface does. That question is not part of the documented API, so whatever it is
 * answered with but a plain verdict is taken for "not known".
 *
 * @param answer the answer in question, of the health of that service.
 * @returns `undefined` if neither right is known to be missing.
 * @throws DeadlineError once the signal aborts.
 */
export async function findMissingRight(
  endpoint: ConsulEndpoint,
  { service, ...where }: ServiceQuery,
  call: Call,
  answer: Answer,
): Promise<MissingRight | undefined> {
  const place = { query: placeParameters(where), ...defined({ namespace: where.namespace }) };
  const questions = [
    { Resource: 'service', Segment: service, Access: 'read' },
    { Resource: 'node', Segment: '', Access: 'read' },
  ];
  const path = '/internal/acl/authorize';
  const verdicts = v.safeParse(
    VerdictsSchema,
    listIn(await ask(endpoint, { ...place, method: 'POST', path, body: questions }, call)),
  );
  if (!verdicts.success) return undefined;
  const [mayReadService, mayReadNodes] = verdicts.output;
  if (!mayReadService.Allow) return 'service:read';
  if (mayReadNodes.Allow) return undefined;
  // Consul says that it filtered, and the service may be read: so it left out nodes. Without a token and with some
  // instances this stays acl-filtered: anonymous-empty would claim that the answer was empty.
  if (isFiltered(answer) && (call.token !== undefined || listIn(answer)?.length === 0)) return 'node:read';
  // A right for some of the nodes may be enough. Listing services needs no node:read; so if the service is listed and
  // shows no instance, the missing right hides its nodes.
  const services = await ask(endpoint, { ...place, method: 'GET', path: '/catalog/services' }, call);
  if (!isListed(services, service)) return undefined;
  const health = await ask(
    endpoint,
    { ...place, method: 'GET', path: `/health/service/${encodeURIComponent(service)}` },
    call,
  );
  return listIn(health)?.length === 0 ? 'node:read' : undefined;
}

/** Whatever Consul answers; nothing where it does not. */
async function ask(
  endpoint: ConsulEndpoint,
  request: Parameters<ConsulEndpoint['send']>[0],
  call: Call,
): Promise<Answer | undefined> {
  try {
    return await endpoint.send(request, call);
  } catch (error) {
    // By its name, as this may be a file of its own, with a class of its own.
    if (error instanceof Error && error.name === ('SourceError' satisfies SourceError['name']))
      return undefined;
    throw error;
  }
}
