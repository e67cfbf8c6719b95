import { createHash } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey, AccessKeys } from './access-keys.ts';
import { signatureDoesNotMatch, signatureError } from './api-error.ts';
import { type Authorization, authorizationOf } from './authorization.ts';

/** A request as it came in. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** With lower-case names, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Where and when a signature has to be good. */
export interface SignatureScope {
  readonly service: string;
  /** The region of the endpoint; any region will do where it is left out. */
  readonly region?: string | undefined;
  readonly keys: AccessKeys;
  /** In milliseconds since 1970. */
  readonly now: number;
}

const FIFTEEN_MINUTES = 15 * 60_000;

/**
 * Checks a request's SigV4 signature as AWS does: computed anew from the secret of the access key and compared.
 * Only signatures in the `Authorization` header are known here, not presigned URLs.
 *
 * @returns the access key that signed.
 * @throws AwsApiError `MissingAuthenticationToken`, `IncompleteSignature`, `InvalidClientTokenId`, `ExpiredToken`
 *   or `SignatureDoesNotMatch`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function verifySignature(request: SignedRequest, scope: SignatureScope): Promise<AccessKey> {
  const authorization = authorizationOf(headerOf(request, 'authorization'));
  const date = headerOf(request, 'x-amz-date');
  checkScope(authorization, scope);
  checkSignedHeaders(request, authorization);
  checkDate(authorization, date, scope.now);
  const key = keyOf(authorization, headerOf(request, 'x-amz-security-token'), scope);
  const payload = headerOf(request, 'x-amz-content-sha256');
  if (payload !== undefined && payload !== createHash('sha256').update(request.body).digest('hex'))
    throw signatureDoesNotMatch();
  if ((await signatureOf(request, authorization, key, dateOf(date))) !== authorization.signature)
    throw signatureDoesNotMatch();
  return key;
}

function headerOf({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

/** @throws AwsApiError where a signature is meant for another service or region. */
export function checkScope(
  { scope }: Authorization,
  { service, region }: Pick<SignatureScope, 'service' | 'region'>,
): void {
  if (scope.service !== service)
    throw signatureDoesNotMatch(`Credential should be scoped to correct service: '${service}'. `);
  if (region !== undefined && scope.region !== region)
    throw signatureDoesNotMatch(`Credential should be scoped to a valid region. `);
}

/** The host, and whatever AWS itself acts upon, must be under the signature. */
function checkSignedHeaders(request: SignedRequest, { signedHeaders }: Authorization): void {
  if (!signedHeaders.includes('host')) {
    throw signatureDoesNotMatch(`'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`);
  }
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name))
      throw signatureDoesNotMatch(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
  }
  // A header that was signed and then got lost on the way.
  for (const name of signedHeaders) if (headerOf(request, name) === undefined) throw signatureDoesNotMatch();
}

function checkDate({ scope }: Authorization, date: string | undefined, now: number): void {
  const at = dateOf(date).getTime();
  if (!date?.startsWith(scope.date)) {
    throw signatureDoesNotMatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date?.slice(0, 8)}', from '${date}'.`,
    );
  }
  if (at < now - FIFTEEN_MINUTES) {
    throw signatureDoesNotMatch(
      `Signature expired: ${date} is now earlier than ${basic(now - FIFTEEN_MINUTES)} (${basic(now)} - 15 min.)`,
    );
  }
  if (at > now + FIFTEEN_MINUTES) {
    throw signatureDoesNotMatch(
      `Signature not yet current: ${date} is still later than ${basic(now + FIFTEEN_MINUTES)} (${basic(now)} + 15 min.)`,
    );
  }
}

/** `20260102T030405Z` and back: ISO 8601's basic format, which SigV4 uses. */
function dateOf(date: string | undefined): Date {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '') ?? [];
  const parsed = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(parsed.getTime())) {
    throw signatureError(
      'IncompleteSignature',
      `Date must be in ISO-8601 'basic format'. Got '${date ?? ''}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return parsed;
}

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function keyOf(
  { scope }: Authorization,
  token: string | undefined,
  { keys, now }: SignatureScope,
): AccessKey {
  const key = keys.find(scope.accessKeyId);
  if (key === undefined || key.sessionToken !== token) {
    throw signatureError('InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (key.expiresAt !== undefined && now >= key.expiresAt)
    throw signatureError('ExpiredToken', 'The security token included in the request is expired');
  return key;
}

/** What the signature should be: the request signed again, by the library that AWS's own clients sign with. */
async function signatureOf(
  request: SignedRequest,
  { scope, signedHeaders }: Authorization,
  { accessKeyId, secretAccessKey }: AccessKey,
  signingDate: Date,
): Promise<string> {
  const { pathname, searchParams } = new URL(request.target, 'http://127.0.0.1');
  const again = new HttpRequest({
    method: request.method,
    path: pathname,
    query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
    headers: Object.fromEntries(signedHeaders.map((name) => [name, headerOf(request, name) ?? ''])),
    body: request.body,
  });
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region: scope.region,
    service: scope.service,
    sha256: Sha256,
    // The header of the payload's hash is signed when it was sent, and not otherwise.
    applyChecksum: false,
  });
  const { headers } = await signer.sign(again, { signingDate, signableHeaders: new Set(signedHeaders) });
  return authorizationOf(headers['authorization']).signature;
}
