import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsClientConfig } from './client-config.ts';

/** What AssumeRole is to be asked for. */
export interface RoleRequest {
  readonly arn: string;
  readonly externalId?: string;
  /** Tells the sessions of this function from others in the other account's CloudTrail. */
  readonly sessionName: string;
}

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
  { arn, externalId, sessionName }: RoleRequest,
  config: AwsClientConfig,
): () => Promise<SessionCredentials> {
  const client = new STSClient(config);
  return async () => {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: sessionName, ExternalId: externalId }),
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
