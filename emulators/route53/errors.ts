import { AwsApiError } from '../aws/api-error.ts';

/**
 * An answer of Route 53 that is not a success.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html
 */
export class ApiError extends AwsApiError {
  override readonly name = 'ApiError';
}

/** A request whose form is wrong: a value out of range, a field missing or too many. */
export function invalidInput(message: string): ApiError {
  return new ApiError(400, 'InvalidInput', message);
}

/** A body that is not the XML document the operation expects. */
export function malformedInput(message: string): ApiError {
  return new ApiError(400, 'MalformedInput', message);
}

/**
 * A change batch that Route 53 refuses as a whole, one message for each fault.
 *
 * The API model has a list for the messages, but since 2024 the service sends them all in one `Message`, in
 * square brackets; the SDK then leaves `error.messages` empty and puts the text in `error.message`.
 * https://github.com/aws/aws-sdk-kotlin/pull/1435
 */
export function invalidChangeBatch(messages: readonly string[]): ApiError {
  return new ApiError(400, 'InvalidChangeBatch', `[${messages.join(', ')}]`);
}

export function noSuchHostedZone(id: string): ApiError {
  return new ApiError(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
}
