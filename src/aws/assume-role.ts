import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { RoleSettings } from '../settings/role-settings.ts';
import { boundAnswers } from './bounded-answers.ts';
import type { AwsClientConfig } from './client-config.ts';

/** Tells the sessions of this function from others in the other account's CloudTrail. */
const SESSION_NAME = 'consul-route53-updater';

/** Credentials that end. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/**
 * Assumes a role, each time anew, for as long as STS gives by itself: an hour.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * @param config its Region is that of the endpoint: an interface endpoint exists for a Region's only.
 * @returns a function that throws the SDK's errors.
 */
export function roleAssumer(
  { arn, externalId }: RoleSettings,
  config: AwsClientConfig,
): () => Promise<SessionCredentials> {
  const client = boundAnswers(new STSClient(config));
  return async () => {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: SESSION_NAME, ExternalId: externalId }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      throw new Error('STS answered without credentials');
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };
}
