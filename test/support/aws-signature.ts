import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request with its signature, as it is to be sent. */
export interface Signed {
  readonly method: string;
  /** Of the endpoint, without a path. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs a request of the query protocol, such as STS's, as AWS's own clients do.
 *
 * @param sending `origin`: the endpoint; `at`: the time of the signature; `headers`: more of them, signed as well.
 */
export async function signQuery(
  parameters: Readonly<Record<string, string>>,
  credentials: Credentials,
  sending: {
    readonly origin: string;
    readonly region?: string;
    readonly service?: string;
    readonly at?: Date;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Signed> {
  const { origin, region = 'eu-west-1', service = 'sts', at = new Date(), headers = {} } = sending;
  const body = new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString();
  const request = new HttpRequest({
    method: 'POST',
    path: '/',
    headers: {
      host: new URL(origin).host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      ...headers,
    },
    body,
  });
  const { sessionToken, ...keys } = credentials;
  const signer = new SignatureV4({
    credentials: { ...keys, ...(sessionToken !== undefined && { sessionToken }) },
    region,
    service,
    sha256: Sha256,
  });
  const signed = await signer.sign(request, { signingDate: at });
  return { method: 'POST', origin, headers: signed.headers, body };
}
