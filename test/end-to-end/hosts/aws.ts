import { connect, createServer } from 'node:net';
import { type DnsFound, type DnsLookup, lookupIn } from '../../../emulators/dns/lookup.ts';
import { startDns } from '../../../emulators/dns/server.ts';
import { type RecordSet, startRoute53, type Vpc } from '../../../emulators/route53/server.ts';

/**
 * What AWS is to the system under test, on one host: the Route 53 API on port 80, and the VPC's resolver on port 53,
 * which answers from the hosted zones of this VPC and, as the real one does, keeps each answer for its TTL.
 *
 * Takes its settings as JSON in E2E_SETTINGS, and writes one JSON line for each event.
 */
export interface AwsSettings {
  readonly address: string;
  /** Where everything is. */
  readonly vpc: Vpc;
  readonly zone: { readonly id: string; readonly name: string };
  /** A zone of another account, which is not associated with this VPC. */
  readonly elsewhere: { readonly id: string; readonly name: string };
  /** A record sets by name, which are there from the start. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The name whose changes are told of. */
  readonly watched: string;
}

/** `addresses`: what the watched name holds after the change. `at`: milliseconds since 1970. */
export type AwsEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'change'; readonly at: number; readonly addresses: readonly string[] };

const settings = JSON.parse(process.env['E2E_SETTINGS'] ?? '') as AwsSettings;
const tell = (event: AwsEvent) => void process.stdout.write(`${JSON.stringify(event)}\n`);

const route53 = await startRoute53();
const zone = route53.zones.create({ ...settings.zone, private: true, vpcs: [settings.vpc] });
const { region } = settings.vpc;
route53.zones.create({
  ...settings.elsewhere,
  private: true,
  vpcs: [{ region, id: 'vpc-0fedcba9876543210' }],
});
for (const [name, address] of Object.entries(settings.hosts)) {
  zone.put({ name, type: 'A', ttl: 5, values: [address] });
}
route53.onChange(({ at, changes }) => {
  if (!changes.some(({ recordSet }) => recordSet.name.startsWith(`${settings.watched}.`))) return;
  const addresses = zone.find(settings.watched, 'A').flatMap(({ values }) => values);
  tell({ event: 'change', at, addresses: addresses.sort() });
});

// The stand-in listens on this host's loopback only.
const { hostname, port } = new URL(route53.url);
const endpoint = createServer((client) => {
  const server = connect(Number(port), hostname);
  const end = () => {
    client.destroy();
    server.destroy();
  };
  client.on('error', end).on('close', end).pipe(server);
  server.on('error', end).on('close', end).pipe(client);
});
await new Promise<void>((resolve) => endpoint.listen(80, settings.address, resolve));

await startDns({ lookup: cached(lookupIn(zones)), address: settings.address, port: 53 });
tell({ event: 'ready' });

function zones() {
  const own = route53.zones.all().filter(({ vpcs }) => vpcs.some(({ id }) => id === settings.vpc.id));
  return own.map((zone) => ({ name: zone.name, sets: zone.recordSets().map(plainSet) }));
}

function plainSet({ name, type, ttl = 0, values, multiValueAnswer = false }: RecordSet) {
  return { name, type, ttl, values, multivalue: multiValueAnswer };
}

/** Keeps what was found for its TTL; that there is nothing, for the 900 s that Route 53's SOA record says. */
function cached(lookup: DnsLookup): DnsLookup {
  const kept = new Map<string, { found: DnsFound; until: number }>();
  return (question) => {
    const key = `${question.name} ${question.type}`;
    const known = kept.get(key);
    if (known && Date.now() < known.until) return known.found;
    const found = lookup(question);
    const ttl = found.sets.length === 0 ? 900 : Math.min(...found.sets.map((set) => set.ttl));
    kept.set(key, { found, until: Date.now() + ttl * 1_000 });
    return found;
  };
}
