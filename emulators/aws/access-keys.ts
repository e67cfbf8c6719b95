import { randomBytes } from 'node:crypto';

/** Whom an access key belongs to, as `GetCallerIdentity` tells it. */
export interface Principal {
  /** For example `arn:aws:iam::111122223333:user/updater` or `arn:aws:sts::111122223333:assumed-role/updater/session`. */
  readonly arn: string;
  /** The unique ID of the user or role; a role's session has `:` and its name behind it. */
  readonly userId: string;
  /** Twelve digits. */
  readonly account: string;
}

/** An access key that the stand-ins know. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only temporary credentials have one, and they are worth nothing without it. */
  readonly sessionToken?: string;
  /** When it ends, in milliseconds since 1970; never, for a user's own key. */
  readonly expiresAt?: number;
  readonly principal: Principal;
}

/** The access keys that there are: long-lived ones, and those that STS has given out. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();

  constructor(keys: readonly AccessKey[] = []) {
    for (const key of keys) this.add(key);
  }

  add(key: AccessKey): AccessKey {
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** From now on nobody knows the key, as after its user or role was deleted. */
  remove(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
  }

  /** Gives out temporary credentials. @param expiresAt in milliseconds since 1970. */
  issue(principal: Principal, expiresAt: number): AccessKey & { readonly sessionToken: string } {
    const key = {
      // ASIA marks temporary credentials, AKIA a user's own.
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAt,
      principal,
    };
    this.add(key);
    return key;
  }
}
