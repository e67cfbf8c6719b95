import { type Credentials, type Signed, signQuery } from '../support/aws-signature.ts';
import { METHOD, REGION, SERVER_ID } from './aws-iam.ts';

/** Consul's answer to a login. */
export interface Login {
  readonly status: number;
  /** What it says where it is not a token. */
  readonly said: string;
  readonly token?: {
    readonly AuthMethod: string;
    readonly Local: boolean;
    readonly SecretID: string;
    readonly CreateTime: string;
    /** Left out where the method sets no MaxTokenTTL. */
    readonly ExpirationTime?: string;
  };
}

/** Signs `sts:GetCallerIdentity` for the regional endpoint. @param serverId `null` for none. */
export function signIdentity(
  credentials: Credentials,
  { serverId = SERVER_ID, ...own }: { serverId?: string | null; at?: Date; origin?: string } = {},
): Promise<Signed> {
  const origin = `https://sts.${REGION}.amazonaws.com`;
  const headers = serverId === null ? {} : { 'X-Consul-IAM-ServerID': serverId };
  return signQuery({ Action: 'GetCallerIdentity' }, credentials, { origin, region: REGION, headers, ...own });
}

/** The bearer token of the auth method aws-iam: the signed request, everything but its method in base64. */
export function bearerToken({ method, origin, headers, body }: Signed): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return JSON.stringify({
    iam_http_request_method: method,
    iam_request_url: base64(origin),
    iam_request_headers: base64(JSON.stringify(lists)),
    iam_request_body: base64(body),
  });
}

/** `POST /v1/acl/login` at an agent. */
export async function login(url: string, BearerToken: string, AuthMethod = METHOD): Promise<Login> {
  const response = await fetch(`${url}/v1/acl/login`, {
    method: 'POST',
    body: JSON.stringify({ AuthMethod, BearerToken }),
    signal: AbortSignal.timeout(15_000),
  });
  const said = (await response.text()).trim();
  const { status } = response;
  return status === 200
    ? { status, said: '', token: JSON.parse(said) as NonNullable<Login['token']> }
    : { status, said };
}
