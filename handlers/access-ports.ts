import type { AwsConfig } from '../src/aws/client-config.ts';
import { awsSecretStore } from '../src/aws/secret-store.ts';
import type { AccessPorts } from '../src/consul/consul-access.ts';

/**
 * What access to Consul needs of AWS. Nothing of it is loaded before it is needed.
 *
 * @param aws where and as whom to reach SSM, Secrets Manager and STS; by default as the SDK finds it in the
 *   environment of the process.
 * @param now milliseconds since 1970.
 */
export function accessPorts(aws: AwsConfig = {}, now: () => number = Date.now): AccessPorts {
  return {
    secrets: awsSecretStore(aws),
    async signCallerIdentity(options) {
      const { signCallerIdentity } = await import('../src/aws/caller-identity.ts');
      return signCallerIdentity(options, aws.credentials);
    },
    now,
  };
}
