import { signatureError } from './api-error.ts';

/** What a SigV4 `Authorization` header says. */
export interface Authorization {
  readonly scope: {
    readonly accessKeyId: string;
    /** `YYYYMMDD` */
    readonly date: string;
    readonly region: string;
    readonly service: string;
  };
  /** Names in lower case. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
}

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/([0-9]{8})\/([^/\s]+)\/([^/\s]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Reads an `Authorization` header.
 *
 * @throws AwsApiError `MissingAuthenticationToken` or `IncompleteSignature`.
 */
export function authorizationOf(header: string | undefined): Authorization {
  if (header === undefined)
    throw signatureError('MissingAuthenticationToken', 'Request is missing Authentication Token');
  const [, accessKeyId, date, region, service, signedHeaders, signature] = HEADER.exec(header) ?? [];
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) {
    throw signatureError(
      'IncompleteSignature',
      'The Authorization header is not a complete SigV4 signature.',
    );
  }
  return {
    scope: { accessKeyId, date, region, service },
    signedHeaders: signedHeaders.split(';'),
    signature,
  };
}
