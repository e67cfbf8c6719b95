import { ApiError } from './errors.ts';

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=[^/\s]+\/[0-9]{8}\/([^/\s]+)\/([^/\s]+)\/aws4_request, ?SignedHeaders=[^,\s]+, ?Signature=[0-9a-f]{64}$/;

/**
 * Checks that a request is signed, and for the right place: Route 53 is one global service, whose requests are
 * signed for us-east-1. Whether the signature is right is not checked; there is no secret here to check it with.
 *
 * @param header the `Authorization` header.
 * @throws ApiError 403 `MissingAuthenticationToken`, `IncompleteSignature` or `SignatureDoesNotMatch`.
 * @see https://docs.aws.amazon.com/general/latest/gr/r53.html
 */
export function checkSignature(header: string | undefined): void {
  if (header === undefined)
    throw new ApiError(403, 'MissingAuthenticationToken', 'Missing Authentication Token');
  const [, region, service] = SIGNATURE.exec(header) ?? [];
  if (region === undefined || service === undefined) {
    throw new ApiError(
      403,
      'IncompleteSignature',
      'The Authorization header is not a complete SigV4 signature.',
    );
  }
  if (region !== 'us-east-1' || service !== 'route53') {
    throw new ApiError(
      403,
      'SignatureDoesNotMatch',
      `Credential should be scoped to us-east-1 and route53, not to '${region}' and '${service}'.`,
    );
  }
}

/** Whose signature the header says it is; `undefined` if it says nothing. */
export function accessKeyIn(header: string | undefined): string | undefined {
  return /Credential=([^/\s]+)\//.exec(header ?? '')?.[1];
}
