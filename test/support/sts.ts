import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as it arrived. */
export interface StsRequest {
  readonly action: string | null;
  readonly roleArn: string | null;
  readonly sessionName: string | null;
  readonly externalId: string | null;
  readonly accessKeyId: string | undefined;
  /** For which Region it was signed. */
  readonly region: string | undefined;
}

/** An STS that knows AssumeRole alone, and looks at no signature. */
export interface StsFake {
  readonly url: string;
  readonly requests: readonly StsRequest[];
  /** How the next requests are answered; `undefined` for credentials. */
  answer: 'hang' | { readonly code: string; readonly message: string; readonly status?: number } | undefined;
  /** Seconds that a session lasts. */
  duration: number;
  close(): Promise<void>;
}

/** The access keys are `ASIASESSION1`, `ASIASESSION2` and so on; their secrets begin with `planted`. */
export async function startSts(): Promise<StsFake> {
  const requests: StsRequest[] = [];
  let sessions = 0;
  const server = createServer(async (message, response) => {
    const form = new URLSearchParams(await text(message));
    const [, accessKeyId, region] =
      /Credential=([^/\s]+)\/\d{8}\/([^/\s]+)\/sts\/aws4_request/.exec(message.headers.authorization ?? '') ??
      [];
    requests.push({
      action: form.get('Action'),
      roleArn: form.get('RoleArn'),
      sessionName: form.get('RoleSessionName'),
      externalId: form.get('ExternalId'),
      ...{ accessKeyId, region },
    });
    const { answer } = fake;
    if (answer === 'hang') return;
    const xmlns = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
    response.writeHead(answer ? (answer.status ?? 403) : 200, { 'content-type': 'text/xml' });
    if (answer) {
      const error = `<Type>Sender</Type><Code>${answer.code}</Code><Message>${answer.message}</Message>`;
      response.end(
        `<ErrorResponse ${xmlns}><Error>${error}</Error><RequestId>r-1</RequestId></ErrorResponse>`,
      );
      return;
    }
    sessions++;
    const credentials = `<AccessKeyId>ASIASESSION${sessions}</AccessKeyId><SecretAccessKey>planted-secret</SecretAccessKey><SessionToken>planted-token</SessionToken><Expiration>${new Date(Date.now() + fake.duration * 1_000).toISOString()}</Expiration>`;
    response.end(
      `<AssumeRoleResponse ${xmlns}><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: StsFake = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: undefined,
    duration: 3_600,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
