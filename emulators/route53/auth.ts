import type { AccessKeys } from '../aws/access-keys.ts';
import { authorizationOf } from '../aws/authorization.ts';
import { checkScope, type SignedRequest, verifySignature } from '../aws/signature.ts';

const SCOPE = { service: 'route53', region: 'us-east-1' };

/**
 * Checks that a request is signed, and for the right place: Route 53 is one global service, whose requests are
 * signed for us-east-1. Whether the signature is right can be checked only where access keys are known.
 *
 * @param keys who may call; without them, anybody who signs.
 * @param now in milliseconds since 1970.
 * @returns the ARN of who signed; nothing without keys.
 * @throws AwsApiError 403 `MissingAuthenticationToken`, `IncompleteSignature` or `SignatureDoesNotMatch`, and with keys
 *   `InvalidClientTokenId` or `ExpiredToken`.
 * @see https://docs.aws.amazon.com/general/latest/gr/r53.html
 */
export async function authenticate(
  request: SignedRequest,
  keys: AccessKeys | undefined,
  now: number,
): Promise<string | undefined> {
  checkScope(authorizationOf(request.headers['authorization']?.toString()), SCOPE);
  if (!keys) return undefined;
  const key = await verifySignature(request, { ...SCOPE, keys, now });
  return key.principal.arn;
}

/** Whose signature the header says it is; `undefined` if it says nothing. */
export function accessKeyIn(header: string | undefined): string | undefined {
  return /Credential=([^/\s]+)\//.exec(header ?? '')?.[1];
}
