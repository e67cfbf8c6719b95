/**
 * An answer of an AWS service that is not a success.
 *
 * `status` is the HTTP status, `code` the error code that the SDK takes as the error's name.
 */
export class AwsApiError extends Error {
  override readonly name = 'AwsApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Whatever was thrown as an answer; what is no answer yet is a bug of the stand-in. */
export function apiErrorFrom(thrown: unknown): AwsApiError {
  if (thrown instanceof AwsApiError) return thrown;
  return new AwsApiError(500, 'InternalFailure', `Bug of the stand-in: ${thrown}`);
}

type SignatureErrorCode =
  | 'MissingAuthenticationToken'
  | 'IncompleteSignature'
  | 'InvalidClientTokenId'
  | 'ExpiredToken'
  | 'SignatureDoesNotMatch';

/**
 * A request whose signature proves nothing. All services of AWS answer these alike.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function signatureError(code: SignatureErrorCode, message: string): AwsApiError {
  return new AwsApiError(403, code, message);
}

export function signatureDoesNotMatch(
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
): AwsApiError {
  return signatureError('SignatureDoesNotMatch', message);
}
