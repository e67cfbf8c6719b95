import type { Principal } from '../aws/access-keys.ts';

/** A role that may be assumed, and the conditions of its trust policy. */
export interface Role {
  /** For example `arn:aws:iam::444455556666:role/dns-writer`. */
  readonly arn: string;
  /** Who may assume it: ARNs of users or of roles; everybody with an access key, where left out. */
  readonly trusts?: readonly string[];
  /** What callers have to send as `ExternalId`; whatever they send will do, where left out. */
  readonly externalId?: string;
  /** How long a session may be asked to last, in seconds; 3,600, AWS's default, where left out. */
  readonly maxSessionSeconds?: number;
}

/**
 * The ARN that a trust policy names for a principal: a session of a role is named by its role. Whether the role had a
 * path is not to be seen in the session's ARN.
 */
export function roleOrUser({ arn }: Principal): string {
  return arn.replace(/^(arn:[^:]+):sts:(:[^:]*:)assumed-role\/([^/]+)\/.*$/, '$1:iam:$2role/$3');
}

/** True for a session of a role; a role assumed from one may last an hour at most. */
export function isRoleSession({ arn }: Principal): boolean {
  return arn.includes(':assumed-role/');
}
