import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { INSTALL_TIMEOUT, pythonParts } from '../real-parts/python.ts';
import { lowPriority } from '../support/low-priority.ts';
import { CERTIFICATE, CONSUL } from './site.ts';
import { asParams, copyProject, type Project, withoutBuild } from './sls.ts';

// The hook packages each stack, and may be the first to install cfn-lint.
vi.setConfig({ hookTimeout: INSTALL_TIMEOUT + 240_000 });

const EDGE = {
  region: 'eu-west-1',
  consulAddr: 'http://10.20.0.10:8500',
  hostedZoneId: 'Z1',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0',
  securityGroupIds: 'sg-0123456789abcdef0',
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations',
  ...{ reservedConcurrency: '3', failedEventsQueue: 'true', xray: 'true', wideNetworkRights: 'true' },
};

const SECRETS = {
  consulAddr: 'https://consul.corp.internal:8501',
  consulTokenSecret: 'consul/rdsproxy#token',
  consulCaCertSecret: 'consul/tls#ca',
  consulClientCertSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:consul/tls-a1B2c3#cert',
  consulClientKeySsm: '/consul/client-key',
  secretsKeyArn: CONSUL.secretsKeyArn,
};

// CloudFormation's own schemas, for the Region where Route 53's endpoint is and for another one.
const STACKS: readonly (readonly [title: string, args: readonly string[]])[] = [
  ['as shipped', []],
  [
    'with an endpoint in us-east-1, a dashboard, a login and mutual TLS',
    [
      ...['--param=route53Endpoint=true', '--param=dashboard=true', '--param=region=us-east-1'],
      ...asParams(CONSUL),
    ],
  ],
  [
    'with groups, a topic, a queue and everything in Secrets Manager',
    [
      '--stage=edge',
      '--param=metricsByRecord=true',
      '--param=dashboard=true',
      ...asParams({ ...EDGE, ...SECRETS }),
    ],
  ],
];

let project: Project;
let parts: Awaited<ReturnType<typeof pythonParts>>;
let findings: readonly { readonly Filename: string }[];
const fileOf = (title: string) => join(project.folder, `${title.replaceAll(/\W+/g, '-')}.json`);

beforeAll(async () => {
  [project, parts] = await Promise.all([copyProject().then(withoutBuild), pythonParts()]);
  if ('unavailable' in parts) return;
  await mkdir(join(project.folder, 'certs'));
  await writeFile(join(project.folder, 'certs/consul-ca.pem'), CERTIFICATE);
  await project.writeStage('edge');
  for (const [title, args] of STACKS) {
    await project.sls(['package', ...args]);
    await copyFile(project.template, fileOf(title));
  }
  findings = await lint(
    parts.bin,
    STACKS.map(([title]) => fileOf(title)),
  );
});
afterAll(() => project?.close());

/** What cfn-lint finds in these templates. It loads its schemas once for all of them. */
async function lint(bin: string, templates: readonly string[]): Promise<typeof findings> {
  const linting = promisify(execFile)(join(bin, 'cfn-lint'), [
    ...['--format', 'json', '--regions', 'us-east-1', 'eu-west-1'],
    ...['--', ...templates],
  ]);
  lowPriority(linting.child);
  // It fails where it has found something, which it prints all the same.
  const { stdout } = await linting.catch((error: { readonly stdout: string }) => error);
  return JSON.parse(stdout);
}

beforeEach((context) => {
  if ('unavailable' in parts) context.skip(parts.unavailable);
});

it.each(STACKS)('cfn-lint has nothing to say of the stack %s', (title) => {
  expect(findings.filter(({ Filename }) => Filename === fileOf(title))).toEqual([]);
});

it('cfn-lint has nothing to say of anything else', () => {
  expect(findings).toEqual([]);
});
