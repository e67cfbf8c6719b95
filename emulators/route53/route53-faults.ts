import { AwsApiError } from '../aws/api-error.ts';
import { invalidChangeBatch } from './errors.ts';
import type { Operation, RequestRecord } from './requests.ts';

type UsualError = readonly [status: number, code: string, usual: (request: RequestRecord) => string];

/** The errors that faults answer with: status, code and, of the request, the service's usual message. */
const ERRORS = {
  throttling: [400, 'Throttling', () => 'Rate exceeded'],
  'prior-request': [
    400,
    'PriorRequestNotComplete',
    () => 'The request was rejected because Route 53 was still processing a prior request.',
  ],
  'internal-error': [500, 'InternalFailure', () => 'We encountered an internal error. Please try again.'],
  'service-unavailable': [503, 'ServiceUnavailable', () => 'Service is unavailable'],
  'access-denied': [
    403,
    'AccessDenied',
    ({ operation, zoneId = '*' }) =>
      `User is not authorized to perform: route53:${operation} on resource: arn:aws:route53:::hostedzone/${zoneId}`,
  ],
  'expired-token': [403, 'ExpiredToken', () => 'The security token included in the request is expired'],
  'invalid-change-batch': [400, 'InvalidChangeBatch', () => 'The request contains an invalid set of changes'],
  'no-such-zone': [
    404,
    'NoSuchHostedZone',
    ({ zoneId }) => `No hosted zone found with ID: ${zoneId ?? null}`,
  ],
} satisfies Record<string, UsualError>;

/**
 * What can be made to go wrong.
 *
 * `reset` destroys the connection before the request is processed, `lost-answer` after it, so that the change
 * is made but the caller cannot know. `hang` never answers: the connection stays open until the caller gives up
 * or the server closes. The others answer with that error, and nothing is processed.
 */
export type FaultKind = keyof typeof ERRORS | 'reset' | 'lost-answer' | 'hang';

export interface Fault {
  readonly kind: FaultKind;
  /** The operation it strikes; `any` if left out. */
  readonly operation?: Operation | 'any';
  /** How many requests it strikes before it is spent; all, if left out. */
  readonly times?: number;
  /** Strikes only requests for which this holds. */
  readonly when?: (request: RequestRecord) => boolean;
  /** The error's message, in place of the service's usual one. */
  readonly message?: string;
}

/** The faults that are set; of several that fit a request, the one added first strikes. */
export class Faults {
  #set: { readonly fault: Fault; left: number }[] = [];

  /** Sets a fault. @returns a function that takes it away again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#set.push(entry);
    return () => {
      this.#set = this.#set.filter((each) => each !== entry);
    };
  }

  /** Takes all faults away; a request that already hangs goes on hanging. */
  clear(): void {
    this.#set = [];
  }

  /** The fault that strikes a request, which is thereby used once. */
  strike(request: RequestRecord): Fault | undefined {
    const entry = this.#set.find(
      ({ fault, left }) =>
        left > 0 &&
        ['any', request.operation].includes(fault.operation ?? 'any') &&
        (fault.when?.(request) ?? true),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}

/** The error that a fault answers with; `undefined` for those that answer nothing. */
export function errorOf({ kind, message }: Fault, request: RequestRecord): AwsApiError | undefined {
  if (kind === 'reset' || kind === 'lost-answer' || kind === 'hang') return undefined;
  const [status, code, usual]: UsualError = ERRORS[kind];
  const said = message ?? usual(request);
  return kind === 'invalid-change-batch' ? invalidChangeBatch([said]) : new AwsApiError(status, code, said);
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html */
export function throttling(): AwsApiError {
  return new AwsApiError(400, 'Throttling', 'Rate exceeded');
}
