/**
 * An answer of STS that is not a success.
 *
 * `status` is the HTTP status, `code` the error code that the SDK takes as the error's name.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export class StsError extends Error {
  override readonly name = 'StsError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A parameter that is missing or not as the API model wants it. */
export function validationError(message: string): StsError {
  return new StsError(400, 'ValidationError', message);
}
