import type { SecretSetting, SettingsReader } from './settings-reader.ts';

/** How the function proves to Consul who it is. */
export type ConsulIdentity =
  | { readonly by: 'nothing' }
  | { readonly by: 'token'; readonly token: SecretSetting }
  /** The role of the function, by Consul's auth method of the type aws-iam. */
  | {
      readonly by: 'aws-iam';
      readonly authMethod: string;
      readonly serverId?: string;
      /** Of the STS endpoint that the signed request is for. */
      readonly region: string;
    };

/** The setting that gives the function something secret to send to Consul; `undefined` if there is none. */
export function credentialSetting(identity: ConsulIdentity): string | undefined {
  if (identity.by === 'nothing') return undefined;
  if (identity.by === 'aws-iam') return 'CONSUL_AUTH_METHOD';
  return 'text' in identity.token ? 'CONSUL_HTTP_TOKEN' : identity.token.reference.variable;
}

/** Whoever wants https for one address would be surprised that the same token goes to another one in the clear. */
export function checkCredential(
  { problem }: SettingsReader,
  identity: ConsulIdentity,
  addresses: readonly string[],
): void {
  const setting = credentialSetting(identity);
  const plain = addresses.find((address) => address.startsWith('http:'));
  if (setting === undefined || plain === undefined || addresses.every((each) => each.startsWith('http:')))
    return;
  problem(
    `CONSUL_HTTP_ADDR mixes https and http (${plain}), and ${setting} would be sent to both: whoever stands between could read it. Use https for all.`,
  );
}

/**
 * Node verifies no certificate at all with this variable: a false Consul would get the token, and could have any address
 * published. https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue
 */
export function checkVerification(reader: SettingsReader): void {
  if (reader.get('NODE_TLS_REJECT_UNAUTHORIZED') === '0')
    reader.problem(
      "NODE_TLS_REJECT_UNAUTHORIZED is 0, which turns off that certificates are verified. Take it out; give the certificate of Consul's CA as CONSUL_CACERT.",
    );
}
