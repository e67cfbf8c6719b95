import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { boundAnswers } from './bounded-answers.ts';
import type { AwsClientConfig } from './client-config.ts';

/**
 * The decrypted value of a parameter in SSM Parameter Store.
 *
 * @param name name or ARN.
 * @returns `undefined` if the parameter has no value.
 * @throws the SDK's errors.
 */
export async function fetchParameter(
  name: string,
  config: AwsClientConfig,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const client = boundAnswers(new SSMClient(config));
  try {
    const answer = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }), {
      abortSignal,
    });
    return answer.Parameter?.Value;
  } finally {
    client.destroy();
  }
}
