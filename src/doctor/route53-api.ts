import { RecordStoreError } from '../errors.ts';
import { REMEDIES } from '../plan/reasons.ts';
import { codeOf } from './connection-findings.ts';
import { type Finding, failed, ok, sentence, warning } from './finding.ts';

const WAY_OUT =
  "Give the function's subnets a way out: a NAT gateway, or an interface endpoint for com.amazonaws.route53 whose security group lets the function in on port 443.";

/** What a way out of the VPC that is missing looks like: nothing comes back at all. */
export function apiOverdue(milliseconds: number): Finding {
  return failed(
    `The Route 53 API did not answer within ${milliseconds} ms: there is no way to it from here.`,
    WAY_OUT,
  );
}

/** Whether the API was reached; any answer will do, also one that refuses. `undefined` if it answered well. */
export function apiFinding(error: RecordStoreError | undefined, milliseconds: number): Finding {
  if (!error || sdkError(error).$metadata?.httpStatusCode !== undefined)
    return ok('The Route 53 API answers.');
  const code = codeOf(error.cause);
  // The SDK calls a connection that was cut a time-out too.
  if (code === 'TimeoutError' || code === 'ETIMEDOUT') return apiOverdue(milliseconds);
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return failed(
      `The connection to the Route 53 API was cut (${code}).`,
      'Look at what stands between: a firewall, a proxy, or the policy of an interface endpoint.',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return failed(
      `The name of the Route 53 API does not resolve (${code}).`,
      "Turn on DNS support and DNS host names in the function's VPC.",
    );
  return failed(`The Route 53 API could not be reached (${code}).`, WAY_OUT);
}

/** By the codes of https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html */
const BAD_CREDENTIALS: Readonly<Record<string, string>> = {
  ExpiredToken: 'they have expired',
  ExpiredTokenException: 'they have expired',
  RequestExpired: 'the request seems too old: see clock',
  RequestTimeTooSkewed: 'the request seems too old or too new: see clock',
  IncompleteSignature: 'the signature is incomplete',
  InvalidClientTokenId: 'the access key is not known',
  UnrecognizedClientException: 'the access key is not known',
  MissingAuthenticationToken: 'the request was not signed',
  OptInRequired: 'the account is not subscribed to the service',
  SignatureDoesNotMatch: 'the secret key is not that of the access key, or the clock is wrong: see clock',
};

/** Whether Route 53 knows who asks, whatever they may do. */
export function credentialsFinding(error: RecordStoreError | undefined): Finding {
  const { name } = sdkError(error);
  const why = BAD_CREDENTIALS[name];
  if (why === undefined) return ok('Route 53 accepts the credentials.');
  return failed(
    `Route 53 does not accept the credentials: ${why} (${name}).`,
    "In Lambda they are those of the function's role: look at the clock, and whether AWS_ variables override them. In a shell, renew them.",
  );
}

/** What a failure of one call means, where the API and the credentials are sound. */
export function callFinding(error: unknown, action: string): Finding {
  if (!(error instanceof RecordStoreError)) throw error;
  const message = sentence(error.message);
  if (error.reason === 'access-denied') return failed(message, `Give the role ${action} on the hosted zone.`);
  return (error.reason === 'throttled' ? warning : failed)(message, REMEDIES[error.reason]);
}

function sdkError(error: RecordStoreError | undefined): {
  readonly name: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
} {
  return error?.cause instanceof Error ? error.cause : { name: '' };
}
