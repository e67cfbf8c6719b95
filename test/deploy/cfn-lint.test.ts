import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { INSTALL_TIMEOUT, pythonParts } from '../real-parts/python.ts';
import { CERTIFICATE, CONSUL } from './site.ts';
import { asParams, copyProject, type Project } from './sls.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: INSTALL_TIMEOUT });

let project: Project;
let parts: Awaited<ReturnType<typeof pythonParts>>;
beforeAll(async () => {
  [project, parts] = await Promise.all([copyProject(), pythonParts()]);
  await mkdir(join(project.folder, 'certs'));
  await writeFile(join(project.folder, 'certs/consul-ca.pem'), CERTIFICATE);
});
afterAll(() => project?.close());

const EDGE = {
  consulAddr: 'http://10.20.0.10:8500',
  hostedZoneId: 'Z1',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0',
  securityGroupIds: 'sg-0123456789abcdef0',
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations',
};

beforeEach((context) => {
  if ('unavailable' in parts) context.skip(parts.unavailable);
});

// CloudFormation's own schemas, for the Region where Route 53's endpoint is and for another one.
it.each([
  ['as shipped', []],
  ['with an endpoint', ['--param=route53Endpoint=true']],
  ['with a login and mutual TLS', ['--param=route53Endpoint=true', ...asParams(CONSUL)]],
  [
    'with everything in Secrets Manager',
    asParams({
      consulTokenSecret: 'consul/rdsproxy#token',
      consulCaCertSecret: 'consul/tls#ca',
      consulClientCertSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:consul/tls-a1B2c3#cert',
      consulClientKeySsm: '/consul/client-key',
      secretsKeyArn: CONSUL.secretsKeyArn,
    }),
  ],
  ['with groups and a topic', ['--stage=edge', ...asParams(EDGE)]],
])('cfn-lint has nothing to say of the stack %s', async (_, args) => {
  if ('unavailable' in parts) throw new Error(parts.unavailable);
  await project.sls(['package', ...args]);
  const lint = promisify(execFile)(join(parts.bin, 'cfn-lint'), [
    ...['--regions', 'us-east-1', 'eu-west-1'],
    ...['--', project.template],
  ]);
  expect(await lint).toEqual({ stdout: '', stderr: '' });
});
