import { once } from 'node:events';
import { createServer, type IncomingMessage, request as makeRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { resourceOf } from './deployer.ts';

/** One call of AWS's APIs in IAM's terms. */
export interface Recorded {
  readonly action: string;
  readonly resource: string;
}

/**
 * What is not worth asking an emulator: moto checks a template by cfn-lint, which took two fifths of its time, and by which
 * cfn-lint.test.ts checks more of them, more strictly.
 */
const OWN_ANSWERS: Readonly<Record<string, string>> = {
  'cloudformation:ValidateTemplate':
    '<ValidateTemplateResponse><ValidateTemplateResult/></ValidateTemplateResponse>',
};

/** Stands before an emulator of AWS, passes on what it does not answer itself, and writes down what is asked of whom. */
export interface Recorder {
  readonly url: string;
  readonly calls: readonly Recorded[];
  close(): void;
}

/** @param target the URL of the emulator. */
export async function startRecorder(target: string): Promise<Recorder> {
  const calls: Recorded[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    const call = callOf(incoming, body.toString('latin1'));
    calls.push(call);
    const own = OWN_ANSWERS[call.action];
    if (own) {
      response.end(own);
      return;
    }
    const { expect: _, ...headers } = incoming.headers;
    const onward = makeRequest({ hostname, port, method: incoming.method, path: incoming.url, headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The call by its signature's scope and its action, which APIs of AWS have in the body, in a header, or as method and path. */
function callOf({ method = '', url = '', headers }: IncomingMessage, body: string): Recorded {
  const [, service = 'unsigned'] =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket = '', key] = pathname.split('/');
  if (service === 's3')
    return { action: `s3:${s3Action(method, searchParams, key)}`, resource: `arn:aws:s3:::${bucket}` };
  const [, byBody] = /(?:^|&)Action=(\w+)/.exec(body) ?? [];
  const byHeader = String(headers['x-amz-target'] ?? '').split('.')[1];
  const name =
    byBody ??
    byHeader ??
    (/^GET .*\/functions\/[^/]+$/.test(`${method} ${pathname}`) ? 'GetFunction' : `${method} ${pathname}`);
  return { action: `${service}:${name}`, resource: resourceOf(service) };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function s3Action(method: string, query: URLSearchParams, key: string | undefined): string {
  if (key)
    return (
      { GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method] ?? method
    );
  if (query.has('delete')) return 'DeleteObject';
  if (query.has('versions')) return 'ListBucketVersions';
  if (query.has('location')) return 'GetBucketLocation';
  if (query.has('encryption')) return 'GetEncryptionConfiguration';
  return method === 'PUT' ? 'CreateBucket' : 'ListBucket';
}
