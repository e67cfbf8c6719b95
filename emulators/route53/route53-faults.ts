import { ApiError, invalidChangeBatch, noSuchHostedZone } from './errors.ts';
import type { Operation, RequestRecord } from './requests.ts';

/**
 * What can be made to go wrong.
 *
 * `reset` destroys the connection before the request is processed, `lost-answer` after it, so that the change
 * is made but the caller cannot know. `hang` never answers: the connection stays open until the caller gives up
 * or the server closes. The others answer with that error, and nothing is processed.
 */
export type FaultKind =
  | 'throttling'
  | 'prior-request'
  | 'internal-error'
  | 'service-unavailable'
  | 'access-denied'
  | 'expired-token'
  | 'reset'
  | 'lost-answer'
  | 'hang'
  | 'invalid-change-batch'
  | 'no-such-zone';

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
        (fault.operation === undefined ||
          fault.operation === 'any' ||
          fault.operation === request.operation) &&
        (fault.when?.(request) ?? true),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}

/** The error that a fault answers with; `undefined` for those that answer nothing. */
export function errorOf(fault: Fault, request: RequestRecord): ApiError | undefined {
  const { kind, message } = fault;
  switch (kind) {
    case 'throttling':
      return throttling(message);
    case 'prior-request':
      return new ApiError(
        400,
        'PriorRequestNotComplete',
        message ?? 'The request was rejected because Route 53 was still processing a prior request.',
      );
    case 'internal-error':
      return new ApiError(
        500,
        'InternalFailure',
        message ?? 'We encountered an internal error. Please try again.',
      );
    case 'service-unavailable':
      return new ApiError(503, 'ServiceUnavailable', message ?? 'Service is unavailable');
    case 'access-denied':
      return new ApiError(
        403,
        'AccessDenied',
        message ??
          `User is not authorized to perform: route53:${request.operation} on resource: ${resourceOf(request)}`,
      );
    case 'expired-token':
      return new ApiError(
        403,
        'ExpiredToken',
        message ?? 'The security token included in the request is expired',
      );
    case 'invalid-change-batch':
      return invalidChangeBatch([message ?? 'The request contains an invalid set of changes']);
    case 'no-such-zone':
      return message === undefined
        ? noSuchHostedZone(request.zoneId ?? 'null')
        : new ApiError(404, 'NoSuchHostedZone', message);
    case 'reset':
    case 'lost-answer':
    case 'hang':
      return undefined;
  }
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html */
export function throttling(message = 'Rate exceeded'): ApiError {
  return new ApiError(400, 'Throttling', message);
}

function resourceOf(request: RequestRecord): string {
  return `arn:aws:route53:::hostedzone/${request.zoneId ?? '*'}`;
}
