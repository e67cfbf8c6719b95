import { AnswerTooLargeError } from '../consul/answer-limit.ts';
import { tlsFailure } from '../consul/tls-failure.ts';
import { remedyFor } from '../plan/reasons.ts';
import { type Finding, failed } from './finding.ts';

/** The code of a system, TLS or SDK error; its name where it has none. */
export function codeOf(several: unknown): string {
  const error = firstOf(several);
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Where several addresses of a host failed, the error of the first. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? firstOf(error.errors[0]) : error;
}

/** What it means that a host name of Consul did not resolve. */
export function dnsFinding(host: string, code: string): Finding {
  if (code === 'EAI_AGAIN')
    return failed(
      `The resolver did not answer for ${host} (EAI_AGAIN).`,
      "Check that DNS support is on in the function's VPC, and that its resolver reaches the zone of that name.",
    );
  return failed(
    `The host name ${host} does not resolve (${code}).`,
    "Correct CONSUL_HTTP_ADDR, or associate the zone of that name with the function's VPC.",
  );
}

/** What it means that no connection came about. */
export function connectFinding(where: string, code: string): Finding {
  switch (code) {
    case 'ECONNREFUSED':
      return failed(
        `${where} refused the connection: the host is there, and nothing listens on that port.`,
        'Check that Consul runs there, that its client_addr is not 127.0.0.1, and that the port is that of its HTTP API (by default 8500, 8501 for https).',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed(
        `There is no route to ${where} (${code}).`,
        "Check the route tables of the function's subnets: Consul must be in this VPC, or reached by peering or a transit gateway.",
      );
    default:
      return failed(
        `The connection to ${where} failed (${code}).`,
        'Check what stands between the function and Consul: security groups, network ACLs, load balancers.',
      );
  }
}

/** What it means that a connection was neither made nor refused: something drops the packets. */
export function connectOverdue(where: string, milliseconds: number): Finding {
  return failed(
    `${where} did not answer to a connection within ${milliseconds} ms: something drops the packets.`,
    "Let the function's security group out to that port and Consul's security group in from it; check network ACLs and the routes between the subnets.",
  );
}

/** What a connection's error says of TLS; `undefined` if nothing. */
export function tlsFinding(where: string, several: unknown): Finding | undefined {
  const error = firstOf(several);
  const failure = error instanceof Error ? tlsFailure(error) : undefined;
  return (
    failure &&
    failed(`${where} ${failure.what}.`, remedyFor({ reason: 'source-untrusted', cause: failure.cause }))
  );
}

/** What it means that an answer was cut off as too large; `undefined` for any other error. */
export function tooLargeFinding(where: string, error: unknown): Finding | undefined {
  if (!(error instanceof AnswerTooLargeError)) return undefined;
  return failed(`${where} ${error.message}.`, remedyFor({ reason: 'source-suspect', cause: 'too-large' }));
}
