import { AwsApiError } from '../aws/api-error.ts';

/** A request whose form is wrong: a value out of range, a field missing or too many. */
export function invalidInput(message: string): AwsApiError {
  return new AwsApiError(400, 'InvalidInput', message);
}

/** A body that is not the XML document the operation expects. */
export function malformedInput(message: string): AwsApiError {
  return new AwsApiError(400, 'MalformedInput', message);
}

/**
 * A change batch that Route 53 refuses as a whole, one message for each problem.
 *
 * The API model has a list for the messages, but since 2024 the service sends them all in one `Message`, in
 * square brackets; the SDK then leaves `error.messages` empty and puts the text in `error.message`.
 * https://github.com/aws/aws-sdk-kotlin/pull/1435
 */
export function invalidChangeBatch(messages: readonly string[]): AwsApiError {
  return new AwsApiError(400, 'InvalidChangeBatch', `[${messages.join(', ')}]`);
}

/** Any other error, by its code. */
export function refusal(code: string, message: string, status = 400): AwsApiError {
  return new AwsApiError(status, code, message);
}
