import * as v from 'valibot';
import type { CheckStatus, Instance } from '../domain/instance.ts';
import { printable } from '../domain/printable.ts';
import { SourceError } from '../errors.ts';

const STATUSES: readonly string[] = ['passing', 'warning', 'critical'] satisfies CheckStatus[];

/**
 * The catalog takes any text for the status of a check that somebody registers there, past the agents. Consul's own
 * `passing` filter drops an instance for any other status, so such a check counts as critical. If the whole answer were
 * not believed, one stray registration could hold the record while other instances fail.
 */
const StatusSchema = v.pipe(
  v.string(),
  v.transform((status) => (STATUSES.includes(status) ? (status as CheckStatus) : 'critical')),
);

/**
 * What is used of `GET /v1/health/service/:service`; Consul sends more. Lists that are empty may come as null.
 * https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service
 */
const EntriesSchema = v.array(
  v.object({
    Node: v.object({ Node: v.pipe(v.string(), v.minLength(1)), Address: v.string() }),
    Service: v.object({ ID: v.string(), Service: v.string(), Address: v.optional(v.string(), '') }),
    Checks: v.nullable(v.array(v.object({ CheckID: v.string(), Status: StatusSchema }))),
  }),
);

/**
 * Reads the body of a health answer.
 *
 * @param body what the client made of it: JSON, or a text if it was none.
 * @param service the service that was asked for; an answer about another one is not believed.
 * @returns in the order of their nodes and IDs, whatever that of the answer was: it may be by distance.
 * @throws SourceError (`malformed`) for whatever is not what the API documents. One bad entry spoils the
 *   whole answer: passing it over would look like an instance that vanished.
 */
export function decodeInstances(body: unknown, service: string): readonly Instance[] {
  const result = v.safeParse(EntriesSchema, body, { abortEarly: true });
  if (!result.success)
    throw malformed(`its answer is not a list of service instances (${problemOf(result.issues)})`);
  const instances = result.output.map(({ Node, Service, Checks }): Instance => {
    if (lowerCase(Service.Service) !== lowerCase(service)) {
      throw malformed(
        `its answer is about the service "${printable(Service.Service)}" instead of "${service}"`,
      );
    }
    return {
      node: printable(Node.Node),
      serviceId: printable(Service.ID),
      address: printable(Service.Address || Node.Address),
      checks: (Checks ?? []).map(({ CheckID, Status }) => ({ id: printable(CheckID), status: Status })),
    };
  });
  return instances.sort(
    (one, other) => compare(one.node, other.node) || compare(one.serviceId, other.serviceId),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Lower case as Consul's index of services has it: Go turns the Turkish capital I into `i`, JavaScript into two letters.
 * Of a name that is longer than any record's, only the start is looked at.
 */
function lowerCase(name: string): string {
  return name.slice(0, 253).replaceAll('\u0130', 'i').toLowerCase();
}

function malformed(message: string): SourceError {
  return new SourceError({ reason: 'source-suspect', cause: 'malformed' }, message);
}

function problemOf([issue]: readonly v.BaseIssue<unknown>[]): string {
  const path = (issue?.path ?? []).map(({ key }) => String(key)).join('.');
  return `${path ? `${printable(path)}: ` : ''}expected ${issue?.expected}, received ${printable(issue?.received ?? '')}`;
}
