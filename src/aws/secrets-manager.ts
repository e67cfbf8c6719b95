import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { boundAnswers } from './bounded-answers.ts';
import type { AwsClientConfig } from './client-config.ts';

/**
 * The current version of a secret in Secrets Manager.
 *
 * @param name name or ARN.
 * @returns `undefined` if the secret is not a text.
 * @throws the SDK's errors.
 */
export async function fetchSecret(
  name: string,
  config: AwsClientConfig,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const client = boundAnswers(new SecretsManagerClient(config));
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal });
    return answer.SecretString;
  } finally {
    client.destroy();
  }
}
