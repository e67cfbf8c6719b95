import { LargeAnswerError } from '../aws/bounded-answers.ts';
import { printable } from '../domain/printable.ts';
import type { RecordSet } from '../domain/record-set.ts';
import { RecordStoreError, type StoreReason } from '../errors.ts';

/** The role of another account was not to be had, so nothing was asked of Route 53. Its message holds no secret. */
export class RoleNotAssumedError extends Error {
  override readonly name = 'RoleNotAssumedError';
}

/** What the SDK's errors carry beside their message. */
interface SdkError extends Error {
  readonly code?: string;
  readonly messages?: readonly string[];
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly attempts?: number;
  };
}

/**
 * Error names of Route 53 and of AWS's common errors, by what they mean for a record. Any other name means that the
 * network or the service failed.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html
 */
const REASONS: Readonly<Record<string, StoreReason>> = {
  InvalidChangeBatch: 'rejected',
  InvalidInput: 'rejected',
  NoSuchHealthCheck: 'rejected',
  NoSuchHostedZone: 'zone-not-found',
  AccessDenied: 'access-denied',
  AccessDeniedException: 'access-denied',
  CredentialsProviderError: 'access-denied',
  ExpiredToken: 'access-denied',
  ExpiredTokenException: 'access-denied',
  IncompleteSignature: 'access-denied',
  InvalidClientTokenId: 'access-denied',
  MissingAuthenticationToken: 'access-denied',
  NotAuthorized: 'access-denied',
  OptInRequired: 'access-denied',
  SignatureDoesNotMatch: 'access-denied',
  UnrecognizedClientException: 'access-denied',
  PriorRequestNotComplete: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
};

/**
 * What an error of the SDK means.
 *
 * @param asking what was asked of Route 53, as the start of a sentence: `listing the records of Z…`.
 * @param sets those that were to be changed.
 */
export function toRecordStoreError(
  caught: unknown,
  asking: string,
  sets: readonly RecordSet[] = [],
): RecordStoreError {
  if (caught instanceof RoleNotAssumedError)
    return new RecordStoreError('role-not-assumed', `${asking} failed: ${caught.message}`, { cause: caught });
  if (caught instanceof LargeAnswerError)
    return new RecordStoreError('route53-unavailable', `${asking} failed: ${tooLarge(caught)}`, {
      cause: caught,
    });
  const error = caught as SdkError;
  const messages = error.messages && error.messages.length > 0 ? error.messages : [error.message];
  const said = messages.join(' ');
  const named = REASONS[error.name] ?? 'route53-unavailable';
  const reason =
    named === 'rejected' && messages.some((message) => isProtection(message, sets)) ? 'protected' : named;
  const { requestId, attempts } = error.$metadata ?? {};
  const request = requestId ? `, request ${printable(requestId, 60)}` : '';
  const tries = attempts !== undefined && attempts > 1 ? `, after ${attempts} attempts` : '';
  const name = error.code && error.name === 'Error' ? error.code : error.name;
  const what = `${printable(name, 60)}: ${printable(said, 1_000)}`;
  return new RecordStoreError(reason, `${asking} failed: ${what}${tries}${request}`, {
    cause: caught,
    ...(attempts !== undefined && { attempts }),
  });
}

/** The SDK adds to the message of whatever is thrown while it reads an answer. */
function tooLarge({ message }: LargeAnswerError): string {
  return message.split('\n')[0] ?? '';
}

/**
 * Whether a message says of a set of ours that it is protected. There is no other sign of a record set protection, and
 * the words of the message are not documented, only that it names the set. What others may choose (names, identifiers,
 * whatever stands in quotes) is taken out before the rest is read.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrset-protection.html
 */
function isProtection(message: string, sets: readonly RecordSet[]): boolean {
  const said = message.toLowerCase().replaceAll('\\052', '*');
  const words = wordsOf(said);
  if (!sets.some(({ name }) => words.includes(name))) return false;
  const chosen = sets.flatMap((set) => ('setIdentifier' in set && set.setIdentifier?.toLowerCase()) || []);
  const plain = chosen.reduce((text, identifier) => text.replaceAll(identifier, ''), said);
  return wordsOf(plain.replace(/'[^']*'|"[^"]*"/g, '')).some((word) => /^protect(ed|ions?)$/.test(word));
}

/** The words of a text, names of records without their trailing dots. */
function wordsOf(text: string): readonly string[] {
  return text.split(/[^a-z0-9_.*-]+/).map((word) => word.replace(/\.$/, ''));
}
