import { startHttpServer } from './http-server.ts';

/**
 * SSM Parameter Store and Secrets Manager on loopback until the test is over, for a function's `aws`.
 *
 * @param kept the text of each parameter and secret by its name; looked at with every request.
 */
export async function startSecrets(kept: ReadonlyMap<string, string>) {
  const { url } = await startHttpServer(({ headers, body }) => {
    const isSsm = headers['x-amz-target'] === 'AmazonSSM.GetParameter';
    const { Name, SecretId } = JSON.parse(body) as { Name?: string; SecretId?: string };
    const text = kept.get((isSsm ? Name : SecretId) ?? '');
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    if (text === undefined)
      return { status: 400, body: { __type: 'ResourceNotFoundException' }, headers: type };
    return { body: isSsm ? { Parameter: { Value: text } } : { SecretString: text }, headers: type };
  });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  return { endpoint: url, credentials, region: 'eu-west-1' };
}
