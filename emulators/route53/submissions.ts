import { AwsApiError } from '../aws/api-error.ts';
import type { Content } from '../aws/xml.ts';
import type { Change } from './model.ts';
import { newId } from './zones.ts';

/** A change batch that was accepted. */
export interface AcceptedBatch {
  readonly zoneId: string;
  /** With names in Route 53's own form. */
  readonly changes: readonly Change[];
  /** The change's ID, without `/change/`. */
  readonly changeId: string;
  /** When it was accepted, in milliseconds of the server's clock. */
  readonly at: number;
}

/**
 * The requests that changed something, for `GetChange`: PENDING at first, INSYNC once they have had the time to
 * reach all DNS servers.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
 */
export class Submissions {
  readonly #changes = new Map<string, { readonly at: number; readonly comment: string | undefined }>();
  readonly #listeners = new Set<(batch: AcceptedBatch) => void>();
  readonly #now: () => number;
  readonly #propagationMs: number;

  constructor(now: () => number, propagationMs: number) {
    this.#now = now;
    this.#propagationMs = propagationMs;
  }

  /** Notes a change that was accepted just now, and tells the listeners of a batch. @returns its `ChangeInfo`. */
  add(comment?: string, batch?: Pick<AcceptedBatch, 'zoneId' | 'changes'>): Content {
    const changeId = newId('C');
    const at = this.#now();
    this.#changes.set(changeId, { at, comment });
    if (batch) for (const listener of this.#listeners) listener({ ...batch, changeId, at });
    return info(changeId, 'PENDING', at, comment);
  }

  /** The `ChangeInfo` of a change. @throws AwsApiError `NoSuchChange`. */
  describe(changeId: string): Content {
    const change = this.#changes.get(changeId);
    if (change === undefined) {
      throw new AwsApiError(404, 'NoSuchChange', `Could not find resource with ID: ${changeId}`);
    }
    const isSpread = this.#now() - change.at >= this.#propagationMs;
    return info(changeId, isSpread ? 'INSYNC' : 'PENDING', change.at, change.comment);
  }

  /** @returns a function that ends the listening. */
  onBatch(listener: (batch: AcceptedBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

function info(id: string, status: string, at: number, comment: string | undefined): Content {
  return { Id: `/change/${id}`, Status: status, SubmittedAt: new Date(at).toISOString(), Comment: comment };
}
