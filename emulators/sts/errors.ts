import { AwsApiError } from '../aws/api-error.ts';

/**
 * An answer of STS that is not a success.
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export class StsError extends AwsApiError {
  override readonly name = 'StsError';
}

/** A parameter that is missing or not as the API model wants it. */
export function validationError(message: string): StsError {
  return new StsError(400, 'ValidationError', message);
}
