/**
 * An answer of an AWS service that is not a success.
 *
 * `status` is the HTTP status, `code` the error code that the SDK takes as the error's name.
 */
export abstract class AwsApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
