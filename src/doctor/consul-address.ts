import type { Answer } from '../consul/answer.ts';
import { answeredText, statusError } from '../consul/health-answer.ts';
import { remedyFor } from '../plan/reasons.ts';
import {
  codeOf,
  connectFinding,
  connectOverdue,
  dnsFinding,
  tlsFinding,
  tooLargeFinding,
} from './connection-findings.ts';
import type { Examine } from './examine.ts';
import { type Finding, failed, type Leg, type LegName, legOf, ok, skipped, warning } from './finding.ts';
import type { ConsulProbe } from './probes.ts';

/** What became of one address of Consul. */
export interface AddressResult {
  readonly probe: ConsulProbe;
  readonly legs: readonly Leg[];
  /** Whether it answers and knows a leader. */
  readonly sound: boolean;
  /** How far its clock is ahead of ours, in milliseconds. */
  readonly skew?: number;
}

const NO_LEADER = { reason: 'source-suspect', cause: 'no-leader' } as const;

/** A certificate with fewer days than this is told of. */
const FEW_DAYS = 14;

/**
 * Examines one address of Consul: its name, a connection, TLS, and whether it knows a leader. What comes after a step
 * that failed is skipped.
 *
 * @param credential the setting of what is sent there and is secret; `undefined` if nothing is.
 * @param within milliseconds for each step.
 */
export async function examineAddress(
  probe: ConsulProbe,
  credential: string | undefined,
  within: number,
  examine: Examine,
): Promise<AddressResult> {
  const { origin: subject } = probe;
  const where = `Consul at ${subject}`;
  const legs: Leg[] = [];
  let addresses: readonly string[] = [];
  let skew: number | undefined;

  async function step(
    leg: LegName,
    overdue: () => Finding,
    work: (signal: AbortSignal) => Promise<Finding>,
    broken = (error: unknown) =>
      tlsFinding(where, error) ?? tooLargeFinding(where, error) ?? connectFinding(where, codeOf(error)),
  ) {
    const before = legs.find(({ verdict }) => verdict === 'failed');
    legs.push(
      before
        ? legOf(leg, skipped(`It needs ${before.leg}, which failed.`), subject)
        : await examine({ leg, subject, within, overdue, broken }, work),
    );
  }

  await step(
    'consul-dns',
    () => dnsFinding(probe.host, `no answer within ${within} ms`),
    async (signal) => {
      addresses = await probe.resolve(signal);
      return ok(
        addresses.includes(probe.host)
          ? `${probe.host} is an address.`
          : `${probe.host} is ${addresses.join(', ')}.`,
      );
    },
    (error) => dnsFinding(probe.host, codeOf(error)),
  );
  await step(
    'consul-tcp',
    () => connectOverdue(where, within),
    async (signal) => {
      await probe.connect(addresses, signal);
      return ok(`${where} accepts connections.`);
    },
  );
  if (probe.secure) {
    await step(
      'consul-tls',
      () => connectOverdue(where, within),
      async (signal) => certificateFinding(where, await probe.handshake(signal)),
    );
  } else if (credential !== undefined) legs.push(legOf('consul-tls', inTheClear(where, credential), subject));
  await step(
    'consul-leader',
    () =>
      failed(
        `${where} accepted the connection but did not answer within ${within} ms.`,
        'Check that this is the port of the HTTP API, and look at the load of that server.',
      ),
    async (signal) => {
      const answer = await probe.get('/v1/status/leader', signal);
      skew = answer.skew;
      return leaderFinding(where, answer);
    },
  );
  return {
    probe,
    legs,
    sound: legs.every(({ verdict }) => verdict !== 'failed' && verdict !== 'skipped'),
    ...(skew !== undefined && { skew }),
  };
}

function inTheClear(where: string, credential: string): Finding {
  return warning(
    `${where} is sent what ${credential} gives without TLS: whoever stands between can read it, and answer in Consul's place.`,
    "Use https in CONSUL_HTTP_ADDR, by convention at port 8501, with the certificate of Consul's CA in CONSUL_CACERT.",
  );
}

function certificateFinding(where: string, days: number): Finding {
  if (days >= FEW_DAYS) return ok(`The certificate of ${where} is good for ${days} more days.`);
  return warning(
    `The certificate of ${where} expires in ${days} days.`,
    "Renew Consul's certificate before it stops the updates.",
  );
}

/** What the answer of `/v1/status/leader` says: the leader's address, or an empty text. */
export function leaderFinding(where: string, answer: Answer): Finding {
  const { status, body } = answer;
  const said = answeredText(answer);
  const hold = status === 200 && body === '' ? NO_LEADER : statusError(answer, false)?.hold;
  if (hold?.cause === 'no-leader')
    return failed(`${where} knows no leader, so nothing it says is to be believed.`, remedyFor(hold));
  if (hold?.cause === 'tls-required')
    return failed(`${where} speaks TLS, and was asked without.`, remedyFor(hold));
  if (status === 200 && /^\S+:\d+$/.test(said)) return ok(`${where} knows a leader, ${said}.`);
  return failed(
    `${where} answered HTTP ${status} to a question that every Consul answers${said && `: ${said}`}.`,
    'Check that this is Consul: a proxy, a load balancer or another service may answer at that port.',
  );
}

/** Where another address is sound, the function goes on with that one: what failed here is a warning. */
export function softened(results: readonly AddressResult[]): readonly Leg[] {
  const anySound = results.some(({ sound }) => sound);
  return results.flatMap(({ legs }) =>
    legs.map((leg) => (anySound && leg.verdict === 'failed' ? { ...leg, verdict: 'warning' } : leg)),
  );
}
