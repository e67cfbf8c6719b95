import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignedCallerIdentity } from '../ports.ts';
import type { AwsConfig } from './client-config.ts';

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Signs `sts:GetCallerIdentity` without sending it. Its receiver can send it to STS, and so learn whose credentials
 * signed it; it is of no other use.
 *
 * @param serverId is signed as a header, so that a request for one Consul is of no use at another.
 * @param region of the STS endpoint.
 * @param credentials by default as the SDK finds them; in the bundle, in the environment, where Lambda puts the role's.
 */
export async function signCallerIdentity(
  { region, serverId }: { readonly region: string; readonly serverId?: string },
  credentials: NonNullable<AwsConfig['credentials']> = defaultProvider(),
): Promise<SignedCallerIdentity> {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ credentials, region, service: 'sts', sha256: Hash.bind(null, 'sha256') });
  const { headers } = await signer.sign({
    ...{ method: 'POST', protocol: 'https:', hostname, path: '/', body: BODY, query: {} },
    headers: {
      host: hostname,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      ...(serverId !== undefined && { 'x-consul-iam-serverid': serverId }),
    },
  });
  return { method: 'POST', url: `https://${hostname}/`, headers, body: BODY };
}
