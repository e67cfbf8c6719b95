import { route53Client } from '../src/route53/client.ts';
import type { Environment } from '../src/settings/settings.ts';

/**
 * Makes sure that this shell has AWS credentials, as the SDK finds them: without any, what follows would blame the rights
 * of the function's role. Whether AWS accepts them is not checked.
 *
 * @throws Error with a sentence that says why there are none, and what to do.
 */
export async function requireCredentials(shell: Environment): Promise<void> {
  try {
    await route53Client().config.credentials();
  } catch (error) {
    throw new Error(withoutCredentials(shell['AWS_PROFILE']?.trim(), error));
  }
}

/** Why there are no credentials, as a sentence. */
export function withoutCredentials(profile: string | undefined, error: unknown): string {
  const said = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  return profile
    ? `The profile "${profile}" in AWS_PROFILE gives no AWS credentials (${said}): correct its name, or log in with it.`
    : `This shell has no AWS credentials (${said}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
}
