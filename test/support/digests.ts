import { createHash } from 'node:crypto';

/** The SHA-256 of each file by its name, to compare files by: vitest looks at bytes one by one, which takes seconds. */
export function digestsOf(files: Iterable<readonly [string, Uint8Array]>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...files].map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
}
