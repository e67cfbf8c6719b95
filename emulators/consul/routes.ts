import type { Catalog } from './catalog.ts';
import { readFields, readRegistration, readStatus, text } from './definitions.ts';
import type { CheckInput } from './health-entry.ts';
import { type Reader, read, serviceHealth } from './health-query.ts';
import { type Answer, type Call, Refusal } from './http.ts';
import type { LocalAgent } from './local-agent.ts';

/** All that an agent's endpoints act on. */
export interface AgentRooms extends Reader {
  agent: LocalAgent;
  /** `host:port` of every server, the leader first. */
  servers: () => string[];
}

type Handler = (rooms: AgentRooms, call: Call, parameter: string) => Answer | Promise<Answer>;

const done: Answer = { status: 200 };

/** The handler of each endpoint, by method and path; `:` stands for one parameter. */
const endpoints: Readonly<Record<string, Handler>> = {
  'GET /v1/health/service/:': (rooms, call, name) => {
    if (name === '') throw new Refusal(400, 'Missing service name');
    return serviceHealth(rooms, name, call);
  },
  'GET /v1/catalog/services': (rooms, call) =>
    read(rooms, call, {
      index: () => rooms.catalog.index,
      json: () => (rooms.faults.isAnonymous(call.token) ? {} : rooms.catalog.services()),
    }),
  'GET /v1/catalog/nodes': (rooms, call) =>
    read(rooms, call, {
      index: () => rooms.catalog.index,
      json: () => rooms.faults.readable(rooms.catalog.nodes(), call.token),
    }),
  'GET /v1/acl/token/self': ({ faults }, { token }) => tokenSelf(faults.get('default-deny')?.token, token),
  'GET /v1/status/leader': (rooms) => ({
    status: 200,
    json: rooms.faults.get('no-leader') ? '' : (rooms.servers()[0] ?? ''),
  }),
  'GET /v1/status/peers': (rooms) => ({ status: 200, json: rooms.servers() }),
  'GET /v1/agent/self': ({ catalog, agent }) => ({
    status: 200,
    json: {
      Config: {
        Datacenter: catalog.datacenter,
        NodeName: agent.node,
        Server: true,
        Version: '0.0.0-stand-in',
      },
      Member: { Name: agent.node, Status: 1 },
    },
  }),
  'PUT /v1/agent/service/register': async ({ agent }, call) => {
    const replace = ['', 'true', '1'].includes(call.query.get('replace-existing-checks') ?? 'no');
    agent.register(readRegistration(await call.body()), replace);
    return done;
  },
  'PUT /v1/agent/service/deregister/:': ({ agent }, _call, id) => {
    agent.deregister(id);
    return done;
  },
  'PUT /v1/agent/check/pass/:': (rooms, call, id) => report(rooms, id, 'passing', call),
  'PUT /v1/agent/check/warn/:': (rooms, call, id) => report(rooms, id, 'warning', call),
  'PUT /v1/agent/check/fail/:': (rooms, call, id) => report(rooms, id, 'critical', call),
  'PUT /v1/agent/check/update/:': async ({ agent }, call, id) => {
    const fields = readFields(await call.body());
    const status = text(fields, 'Status');
    if (!['passing', 'warning', 'critical'].includes(status)) {
      throw new Refusal(400, `Invalid check status: '${status}'`);
    }
    agent.report(id, readStatus(status), text(fields, 'Output'));
    return done;
  },
  'PUT /v1/agent/service/maintenance/:': ({ agent }, call, id) => {
    agent.serviceMaintenance(id, readEnable(call.query), call.query.get('reason') ?? '');
    return done;
  },
  'PUT /v1/agent/maintenance': ({ agent }, call) => {
    agent.nodeMaintenance(readEnable(call.query), call.query.get('reason') ?? '');
    return done;
  },
  'PUT /v1/catalog/register': async ({ catalog }, call) => {
    registerInCatalog(catalog, readFields(await call.body()));
    return { status: 200, json: true };
  },
  'PUT /v1/catalog/deregister': async ({ catalog }, call) => {
    const fields = readFields(await call.body());
    const node = text(fields, 'Node');
    if (node === '') throw new Refusal(500, 'Must provide node');
    if (text(fields, 'ServiceID')) catalog.removeService(node, text(fields, 'ServiceID'));
    else if (text(fields, 'CheckID')) catalog.removeCheck(node, text(fields, 'CheckID'));
    else catalog.removeNode(node);
    return { status: 200, json: true };
  },
};

/** The anonymous token has a fixed accessor. @param known the token there is; `undefined` where ACLs are off. */
function tokenSelf(known: string | undefined, token: string | undefined): Answer {
  if (known === undefined) throw new Refusal(401, 'ACL support disabled');
  if (token !== undefined && token !== known) throw new Refusal(403, 'ACL not found');
  const anonymous = { AccessorID: '00000000-0000-0000-0000-000000000002', SecretID: 'anonymous' };
  const self = { AccessorID: 'd2d1c0ad-9e1c-4a0f-8a58-5d2cbf5f3c5e', SecretID: known };
  return {
    status: 200,
    json: { ...(token === undefined ? anonymous : self), Policies: [{ Name: 'updater' }] },
  };
}

/** Finds and runs the endpoint. @throws Refusal 404 for an unknown path, 405 for a wrong method. */
export async function route(rooms: AgentRooms, call: Call): Promise<Answer> {
  const matching = Object.entries(endpoints).flatMap(([endpoint, handler]) => {
    const [method, path = ''] = endpoint.split(' ');
    const parameter = parameterOf(path, call.path);
    return parameter === undefined ? [] : [{ method, handler, parameter }];
  });
  const found = matching.find(({ method }) => method === call.method);
  if (found) return found.handler(rooms, call, found.parameter);
  const [other] = matching;
  if (!other) throw new Refusal(404, '');
  throw new Refusal(405, `method ${call.method} not allowed`, { Allow: `OPTIONS,${other.method}` });
}

/** The parameter, empty for a path that has none, or undefined when the path is another. */
function parameterOf(pattern: string, path: string): string | undefined {
  if (!pattern.endsWith(':')) return pattern === path ? '' : undefined;
  const prefix = pattern.slice(0, -1);
  return path.startsWith(prefix) ? decodeURIComponent(path.slice(prefix.length)) : undefined;
}

function report(
  { agent }: AgentRooms,
  checkId: string,
  status: 'passing' | 'warning' | 'critical',
  call: Call,
): Answer {
  agent.report(checkId, status, call.query.get('note') ?? '');
  return done;
}

function readEnable(query: URLSearchParams): boolean {
  const enable = query.get('enable');
  if (!enable) throw new Refusal(400, 'Missing value for enable');
  if (enable !== 'true' && enable !== 'false')
    throw new Refusal(400, `Invalid value for enable: "${enable}"`);
  return enable === 'true';
}

function registerInCatalog(catalog: Catalog, fields: Record<string, unknown>): void {
  const node = text(fields, 'Node');
  const address = text(fields, 'Address');
  if (node === '') throw new Refusal(500, 'Must provide node');
  if (address === '' && fields['SkipNodeUpdate'] !== true) {
    throw new Refusal(500, 'Must provide address if SkipNodeUpdate is not set');
  }
  if (address !== '') catalog.setNode(node, address);
  if (!catalog.hasNode(node)) throw new Refusal(500, `failed inserting service: unknown node ${node}`);
  if (fields['Service'] !== undefined) {
    // The catalog's own form of a service calls its name Service.
    const { Service: name, ...service } = readFields(fields['Service']);
    catalog.setService(node, readRegistration({ ...service, Name: name }).service);
  }
  const checks = [fields['Check'], ...((fields['Checks'] as unknown[] | undefined) ?? [])];
  for (const check of checks.filter((one) => one !== undefined))
    catalog.setCheck(node, readCatalogCheck(readFields(check)));
}

function readCatalogCheck(fields: Record<string, unknown>): CheckInput {
  return {
    checkId: text(fields, 'CheckID') || text(fields, 'Name'),
    name: text(fields, 'Name'),
    status: readStatus(fields['Status'] || 'critical'),
    notes: text(fields, 'Notes'),
    output: text(fields, 'Output'),
    type: '',
    serviceId: text(fields, 'ServiceID'),
  };
}
