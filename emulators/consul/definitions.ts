import { parseDuration } from './duration.ts';
import type { CheckInput, ServiceInput } from './health-entry.ts';
import { Refusal } from './http.ts';
import type { CheckStatus } from './types.ts';

/** A service registration, read and checked. */
export interface Registration {
  service: ServiceInput;
  checks: (CheckInput & { ttl: number | undefined })[];
}

type Fields = Record<string, unknown>;

const serviceFields = [
  'ID',
  'Name',
  'Tags',
  'Address',
  'Port',
  'Meta',
  'Check',
  'Checks',
  'Kind',
  'Token',
].concat(['Namespace', 'TaggedAddresses', 'EnableTagOverride', 'Weights', 'Proxy', 'Connect']);

/**
 * Reads the body of `PUT /v1/agent/service/register` with Consul's own rules and texts: keys in any case, unknown
 * keys refused, checks named `service:<id>` when there is one and `service:<id>:<n>` when there are more, and a
 * first status of critical unless one is given.
 *
 * @throws Refusal 400 for what Consul refuses.
 */
export function readRegistration(body: unknown): Registration {
  const fields = readFields(body, serviceFields);
  const name = text(fields, 'Name');
  if (name === '') throw new Refusal(400, 'Missing service name');
  const id = text(fields, 'ID') || name;
  const address = text(fields, 'Address');
  if (address === '0.0.0.0' || address === '::' || address === '[::]') {
    throw new Refusal(400, 'Invalid service address');
  }
  const port = fields['Port'] ?? 0;
  if (typeof port !== 'number') throw wrongType('Port', port, 'int');
  const meta = fields['Meta'] as Record<string, string> | undefined;
  const service = {
    id,
    name,
    tags: [...((fields['Tags'] as string[]) ?? [])],
    address,
    port,
    meta: meta ?? null,
  };

  const given = [fields['Check'], ...((fields['Checks'] as unknown[] | undefined) ?? [])]
    .filter((check) => check !== undefined && check !== null)
    .map((check) => readFields(check))
    .filter((check) => Object.keys(check).length > 0);
  return {
    service,
    checks: given.map((check, index) => readCheck(check, service, given.length > 1 ? index + 1 : 0)),
  };
}

function readCheck(check: Fields, service: ServiceInput, position: number): Registration['checks'][number] {
  const ttl = readDuration(check, 'TTL');
  const interval = readDuration(check, 'Interval');
  const [kind] = (['Args', 'HTTP', 'TCP'] as const).filter((key) => check[key] !== undefined);
  if (ttl && (interval || kind))
    throw new Refusal(400, 'Invalid check: Interval and TTL cannot both be specified');
  if (kind && !interval) {
    throw new Refusal(400, 'Invalid check: Interval must be > 0 for Script, HTTP, or TCP checks');
  }
  if (!kind && !ttl) throw new Refusal(400, 'Invalid check: TTL must be > 0 for TTL checks');
  return {
    checkId: text(check, 'CheckID') || `service:${service.id}${position === 0 ? '' : `:${position}`}`,
    name: text(check, 'Name') || `Service '${service.name}' check`,
    status: readStatus(check['Status'] ?? 'critical'),
    notes: text(check, 'Notes'),
    output: '',
    type: kind ? { Args: 'script', HTTP: 'http', TCP: 'tcp' }[kind] : 'ttl',
    serviceId: service.id,
    ttl,
  };
}

/** @throws Refusal 400 when it is none of Consul's three. */
export function readStatus(status: unknown): CheckStatus {
  if (status === 'passing' || status === 'warning' || status === 'critical') return status;
  throw new Refusal(400, "Status for checks must 'passing', 'warning', 'critical'");
}

/**
 * Reads a JSON object whose keys may be in any case, as Go's decoder does.
 *
 * @param known the only keys that may be there, in the case to return them in; without it, common names of a
 *   check are brought to Consul's case and all others kept.
 */
export function readFields(value: unknown, known?: readonly string[]): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw wrongType('', value, 'object');
  const names = known ?? [
    'CheckID',
    'Name',
    'Notes',
    'Status',
    'Output',
    'TTL',
    'Args',
    'HTTP',
    'TCP',
    'Interval',
  ];
  const fields: Fields = {};
  for (const [key, content] of Object.entries(value)) {
    const name = names.find((one) => one.toLowerCase() === key.toLowerCase());
    if (!name && known) throw new Refusal(400, `Request decode failed: json: unknown field "${key}"`);
    fields[name ?? key] = content;
  }
  return fields;
}

/** A text field, empty when absent. @throws Refusal 400 when it is of another type. */
export function text(fields: Fields, key: string): string {
  const value = fields[key] ?? '';
  if (typeof value !== 'string') throw wrongType(key, value, 'string');
  return value;
}

function readDuration(fields: Fields, key: string): number | undefined {
  const written = text(fields, key);
  if (written === '') return undefined;
  const duration = parseDuration(written);
  if (duration === undefined) {
    throw new Refusal(400, `Request decode failed: time: invalid duration "${written}"`);
  }
  return duration;
}

function wrongType(key: string, value: unknown, wanted: string): Refusal {
  const field = key === '' ? 'value' : `Go struct field .${key}`;
  return new Refusal(
    400,
    `Request decode failed: json: cannot unmarshal ${typeof value} into ${field} of type ${wanted}`,
  );
}
