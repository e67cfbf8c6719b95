import type { Answer } from '../consul/answer.ts';
import { placeParameters, queryParameters } from '../consul/query-parameters.ts';
import { defined } from '../domain/defined.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import { SourceError } from '../errors.ts';
import type { Desired } from '../plan/desired.ts';
import { remedyFor } from '../plan/reasons.ts';
import type { ConsulIdentity } from '../settings/consul-identity.ts';
import { codeOf, tooLargeFinding } from './connection-findings.ts';
import { examineAddress, softened } from './consul-address.ts';
import { nodeReadFinding, serviceReadFinding, tokenFinding } from './consul-rights.ts';
import { type ServiceReadingOptions, serviceFinding } from './consul-service.ts';
import type { RightsEvidence } from './evidence.ts';
import type { Examination, Examine } from './examine.ts';
import { type Finding, failed, type Leg, legOf, ok, skipped } from './finding.ts';
import type { ConsulProbe, DoctorPorts, TokenProbe } from './probes.ts';

export interface ConsulResult {
  readonly legs: readonly Leg[];
  /** What should be published, for the records whose service could be read. */
  readonly desired: ReadonlyMap<RecordSetting, Desired>;
  readonly skews: readonly { readonly who: string; readonly skew: number }[];
}

/** What only an answer of Consul can tell. */
const ASKED = ['consul-token', 'consul-service-read', 'consul-node-read', 'consul-service'] as const;

/** Examines every address of Consul, and by the first sound one the rights of the token and the services. */
export async function examineConsul(
  { consul: probes, token: tokenProbe }: Pick<DoctorPorts, 'consul' | 'token'>,
  records: readonly RecordSetting[],
  { within, maxStale }: Omit<ServiceReadingOptions, 'hasToken'> & { readonly within: number },
  examine: Examine,
): Promise<ConsulResult> {
  const [addresses, credentials] = await Promise.all([
    Promise.all(probes.map((probe) => examineAddress(probe, tokenProbe.setting, within, examine))),
    examineCredentials(tokenProbe, within, examine),
  ]);
  const skews = addresses.flatMap(({ probe, skew }) =>
    skew === undefined ? [] : [{ who: `Consul at ${probe.origin}`, skew }],
  );
  const legs = [...softened(addresses), ...credentials.legs];
  const probe = addresses.find(({ sound }) => sound)?.probe;
  if (!probe || credentials.failed) {
    const failure = addresses[0]?.legs.find(({ verdict }) => verdict === 'failed');
    const finding = credentials.failed
      ? skipped('It needs consul-credentials, which failed.')
      : skipped(`It needs an address of Consul that is sound; see ${failure?.leg}.`);
    return { legs: [...legs, ...ASKED.map((leg) => legOf(leg, finding))], desired: new Map(), skews };
  }
  const { token } = credentials;
  const reading = { within, maxStale, hasToken: token !== undefined };
  const rights = await examineRights(probe, token, records, reading, examine);
  return { legs: [...legs, ...rights.legs], desired: rights.desired, skews };
}

/** What it means that there is a token, where that takes more than reading a setting; otherwise `undefined`. */
export function describeIdentity(identity: ConsulIdentity): string | undefined {
  if (identity.by === 'aws-iam')
    return `Consul's auth method "${identity.authMethod}" gave a token for this role.`;
  if (identity.by === 'nothing' || 'text' in identity.token) return undefined;
  const { name, variable } = identity.token.reference;
  return `The token was fetched from ${name} (${variable}).`;
}

/** Obtains the token, where that takes more than reading a setting. */
async function examineCredentials(
  { obtained, obtain }: TokenProbe,
  within: number,
  examine: Examine,
): Promise<{ readonly legs: readonly Leg[]; readonly token?: string | undefined; readonly failed: boolean }> {
  if (obtained === undefined)
    return { legs: [], token: await obtain(new AbortController().signal), failed: false };
  let token: string | undefined;
  const overdue = () =>
    failed(
      `There was no token for Consul within ${within} ms.`,
      "Give the function's subnets a way to where the token comes from: SSM, Secrets Manager, or the Consul servers.",
    );
  const broken = (error: unknown) => {
    if (!(error instanceof SourceError)) throw error;
    return failed(`Consul cannot be asked: ${error.message}.`, remedyFor(error.hold));
  };
  const leg = await examine({ leg: 'consul-credentials', within, overdue, broken }, async (signal) => {
    token = await obtain(signal);
    return ok(obtained);
  });
  return { legs: [leg], token, failed: leg.verdict === 'failed' };
}

async function examineRights(
  probe: ConsulProbe,
  token: string | undefined,
  records: readonly RecordSetting[],
  { within, ...reading }: ServiceReadingOptions & { readonly within: number },
  examine: Examine,
): Promise<Pick<ConsulResult, 'legs' | 'desired'>> {
  const overdue = () =>
    failed(
      `Consul at ${probe.origin} did not answer within ${within} ms.`,
      'Look at the load of that server and at the network to it.',
    );
  const broken = (error: unknown) =>
    tooLargeFinding(`Consul at ${probe.origin}`, error) ??
    failed(
      `Consul at ${probe.origin} broke off its answer (${codeOf(error)}).`,
      'Look at the log of that server and at what stands between.',
    );
  /** Asks one question as a leg; the leg's verdict follows when all answers are there. */
  const ask = async (examination: Pick<Examination, 'leg' | 'subject'>, path: string) => {
    let answer: Answer | undefined;
    const leg = await examine({ ...examination, within, overdue, broken }, async (signal) => {
      answer = await probe.get(path, signal, token);
      return skipped('');
    });
    return { leg, answer };
  };
  const quietly = (path: string) => ask({ leg: 'consul-token' }, path).then(({ answer }) => answer);
  const place = placeOf(records[0]);

  const services = [
    ...new Map(records.map((record) => [`${record.query.service}${placeOf(record)}`, record])).values(),
  ];
  const [self, nodes, agent, peers, catalog, untagged, tagged] = await Promise.all([
    ask({ leg: 'consul-token' }, '/v1/acl/token/self'),
    ask({ leg: 'consul-node-read' }, `/v1/catalog/nodes${place}`),
    quietly('/v1/agent/self'),
    quietly('/v1/status/peers'),
    quietly(`/v1/catalog/services${place}`),
    Promise.all(
      services.map(async (record) => ({
        service: record.query.service,
        place: placeOf(record),
        ...(await ask(
          { leg: 'consul-service-read', subject: record.query.service },
          `/v1/health/service/${encodeURIComponent(record.query.service)}${placeOf(record)}`,
        )),
      })),
    ),
    Promise.all(
      records.map(async (setting) => ({
        setting,
        ...(await ask({ leg: 'consul-service', subject: setting.name }, healthPath(setting.query))),
      })),
    ),
  ]);

  const evidence: RightsEvidence = {
    hasToken: reading.hasToken,
    ...{ token: self.answer, nodes: nodes.answer, agent, peers, services: catalog },
  };
  // Only one datacenter, namespace and partition was asked for its catalog.
  const here = untagged.filter((asked) => asked.place === place);
  const seen = here.map(({ service, answer }) => ({ service, health: answer }));
  const judge = ({ leg, answer }: Asked, finding: (answer: Answer) => Finding): Leg =>
    answer === undefined ? leg : legOf(leg.leg, finding(answer), leg.subject, leg.ms);

  const desired = new Map<RecordSetting, Desired>();
  const serviceLegs = tagged.map((asked) =>
    judge(asked, (answer) => {
      const result = serviceFinding(asked.setting, answer, reading);
      if (result.desired) desired.set(asked.setting, result.desired);
      return result.finding;
    }),
  );
  return {
    legs: [
      judge(self, () => tokenFinding(evidence)),
      ...untagged.map((asked) =>
        judge(asked, (health) =>
          serviceReadFinding(here.includes(asked) ? evidence : { ...evidence, services: undefined }, {
            service: asked.service,
            health,
          }),
        ),
      ),
      judge(nodes, () => nodeReadFinding(evidence, seen, records[0]?.query.datacenter)),
      ...serviceLegs,
    ],
    desired,
  };
}

interface Asked {
  readonly leg: Leg;
  readonly answer: Answer | undefined;
}

/** Where a record looks, as a query; empty where it says nothing. */
function placeOf(setting: RecordSetting | undefined): string {
  const { namespace, ...where } = setting?.query ?? {};
  return asQuery({ ...placeParameters(where), ...defined({ ns: namespace }) });
}

function healthPath(query: ServiceQuery): string {
  const parameters = { ...queryParameters(query), ...defined({ ns: query.namespace }) };
  return `/v1/health/service/${encodeURIComponent(query.service)}${asQuery(parameters)}`;
}

function asQuery(parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(parameters).toString();
  return text && `?${text}`;
}
