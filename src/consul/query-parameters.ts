import { defined } from '../domain/defined.ts';
import type { ServiceQuery } from '../domain/service-query.ts';

/** Where to look, by the names of Consul's HTTP API. A namespace goes into a header, or into `ns`. */
export const placeParameters = ({ datacenter, partition }: Partial<ServiceQuery>) =>
  defined({ dc: datacenter, partition });

/** Which instances to show; the service itself is part of the path. */
export const queryParameters = (query: Partial<ServiceQuery>) =>
  defined({ ...placeParameters(query), tag: query.tag, filter: query.filter });
