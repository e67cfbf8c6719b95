import type { Answer } from '../consul/answer.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Desired } from '../plan/desired.ts';
import { type AddressResult, examineAddress, softened } from './consul-address.ts';
import { nodeReadFinding, serviceReadFinding, tokenFinding } from './consul-rights.ts';
import { type ServiceReadingOptions, serviceFinding } from './consul-service.ts';
import type { RightsEvidence } from './evidence.ts';
import type { Examination, Examine } from './examine.ts';
import { codeOf } from './network.ts';
import type { ConsulProbe } from './ports.ts';
import { type Finding, failed, type Leg, type LegName, legOf, skipped } from './report.ts';

export interface ConsulResult {
  readonly legs: readonly Leg[];
  /** What should be published, for the records whose service could be read. */
  readonly desired: ReadonlyMap<RecordName, Desired>;
  readonly skews: readonly { readonly who: string; readonly skew: number }[];
}

/** Examines every address of Consul, and by the first sound one the rights of the token and the services. */
export async function examineConsul(
  probes: readonly ConsulProbe[],
  records: readonly RecordSetting[],
  { within, ...reading }: ServiceReadingOptions & { readonly within: number },
  examine: Examine,
): Promise<ConsulResult> {
  const addresses = await Promise.all(probes.map((probe) => examineAddress(probe, within, examine)));
  const skews = addresses.flatMap(({ probe, skew }) =>
    skew === undefined ? [] : [{ who: `Consul at ${probe.origin}`, skew }],
  );
  const legs = softened(addresses);
  const probe = addresses.find(({ sound }) => sound)?.probe;
  if (!probe) return { legs: [...legs, ...nothingToAsk(addresses)], desired: new Map(), skews };
  const rights = await examineRights(probe, records, { within, ...reading }, examine);
  return { legs: [...legs, ...rights.legs], desired: rights.desired, skews };
}

function nothingToAsk(addresses: readonly AddressResult[]): readonly Leg[] {
  const first = addresses[0]?.legs.find(({ verdict }) => verdict === 'failed')?.leg;
  const finding = skipped(`It needs an address of Consul that answers; see ${first}.`);
  const names: readonly LegName[] = [
    'consul-token',
    'consul-service-read',
    'consul-node-read',
    'consul-service',
  ];
  return names.map((leg) => legOf(leg, finding));
}

async function examineRights(
  probe: ConsulProbe,
  records: readonly RecordSetting[],
  { within, ...reading }: ServiceReadingOptions & { readonly within: number },
  examine: Examine,
): Promise<Pick<ConsulResult, 'legs' | 'desired'>> {
  const overdue = () =>
    failed(
      `Consul at ${probe.origin} did not answer within ${within} ms.`,
      'Look at the load of that server and at the network to it.',
    );
  /** Asks one question as a leg; the leg's verdict follows when all answers are there. */
  const ask = async (examination: Pick<Examination, 'leg' | 'subject'>, path: string) => {
    let answer: Answer | undefined;
    const leg = await examine({ ...examination, within, overdue }, async (signal) => {
      try {
        answer = await probe.get(path, signal);
        return skipped('');
      } catch (error) {
        return failed(
          `Consul at ${probe.origin} broke off its answer (${codeOf(error)}).`,
          'Look at the log of that server and at what stands between.',
        );
      }
    });
    return { leg, answer };
  };
  const quietly = (path: string) => ask({ leg: 'consul-token' }, path).then(({ answer }) => answer);
  const inDatacenter = (datacenter: string | undefined) =>
    datacenter === undefined ? '' : `?dc=${encodeURIComponent(datacenter)}`;
  const datacenter = records[0]?.datacenter;

  const services = [
    ...new Map(records.map((record) => [`${record.service} ${record.datacenter}`, record])).values(),
  ];
  const [token, nodes, agent, peers, catalog, untagged, tagged] = await Promise.all([
    ask({ leg: 'consul-token' }, '/v1/acl/token/self'),
    ask({ leg: 'consul-node-read' }, `/v1/catalog/nodes${inDatacenter(datacenter)}`),
    quietly('/v1/agent/self'),
    quietly('/v1/status/peers'),
    quietly(`/v1/catalog/services${inDatacenter(datacenter)}`),
    Promise.all(
      services.map(async (record) => ({
        service: record.service,
        datacenter: record.datacenter,
        ...(await ask(
          { leg: 'consul-service-read', subject: record.service },
          healthPath({ service: record.service, datacenter: record.datacenter }),
        )),
      })),
    ),
    Promise.all(
      records.map(async (setting) => ({
        setting,
        ...(await ask({ leg: 'consul-service', subject: setting.name }, healthPath(setting))),
      })),
    ),
  ]);

  const evidence: RightsEvidence = {
    hasToken: reading.hasToken,
    ...{ token: token.answer, nodes: nodes.answer, agent, peers, services: catalog },
  };
  // The catalog was asked about one datacenter, and says nothing of others.
  const here = untagged.filter((asked) => asked.datacenter === datacenter);
  const seen = here.map(({ service, answer }) => ({ service, health: answer }));
  const judge = ({ leg, answer }: Asked, finding: (answer: Answer) => Finding): Leg =>
    answer === undefined ? leg : { ...finding(answer), ...identityOf(leg) };

  const desired = new Map<RecordName, Desired>();
  const serviceLegs = tagged.map((asked) =>
    judge(asked, (answer) => {
      const result = serviceFinding(asked.setting, answer, reading);
      if (result.desired) desired.set(asked.setting.name, result.desired);
      return result.finding;
    }),
  );
  return {
    legs: [
      judge(token, () => tokenFinding(evidence)),
      ...untagged.map((asked) =>
        judge(asked, (health) =>
          serviceReadFinding(here.includes(asked) ? evidence : { ...evidence, services: undefined }, {
            service: asked.service,
            health,
          }),
        ),
      ),
      judge(nodes, () => nodeReadFinding(evidence, seen, datacenter)),
      ...serviceLegs,
    ],
    desired,
  };
}

interface Asked {
  readonly leg: Leg;
  readonly answer: Answer | undefined;
}

function identityOf({ leg, subject, ms }: Leg): Pick<Leg, 'leg' | 'subject' | 'ms'> {
  return { leg, ...(subject !== undefined && { subject }), ms };
}

function healthPath({
  service,
  tag,
  datacenter,
}: {
  readonly service: string;
  readonly tag?: string | undefined;
  readonly datacenter?: string | undefined;
}): string {
  const query = new URLSearchParams();
  if (tag !== undefined) query.set('tag', tag);
  if (datacenter !== undefined) query.set('dc', datacenter);
  return `/v1/health/service/${encodeURIComponent(service)}${query.size === 0 ? '' : `?${query}`}`;
}
