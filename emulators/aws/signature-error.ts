/**
 * A request that AWS would not take for that of whom it claims to be from. All services answer these alike, with
 * HTTP status 403.
 *
 * `code` is what the SDK takes as the error's name.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code: SignatureErrorCode;

  constructor(code: SignatureErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type SignatureErrorCode =
  | 'MissingAuthenticationToken'
  | 'IncompleteSignature'
  | 'InvalidClientTokenId'
  | 'ExpiredToken'
  | 'SignatureDoesNotMatch';

export function signatureDoesNotMatch(
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
): SignatureError {
  return new SignatureError('SignatureDoesNotMatch', message);
}
