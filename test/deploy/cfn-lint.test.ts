import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../deploy/deployment.ts';
import { readServerlessFile } from '../../deploy/serverless-file.ts';
import { readStageFile } from '../../deploy/stage-file.ts';
import { stackOf, templateOf } from '../../deploy/template.ts';
import { INSTALL_TIMEOUT, pythonParts } from '../real-parts/python.ts';
import { lowPriority } from '../support/low-priority.ts';
import { shippedPackage } from './packages.ts';
import { CERTIFICATE, CONSUL, PARAMETERS } from './site.ts';
import { copyProject, type Packaged, type Project, type Resource, withoutBuild } from './sls.ts';

// The hook packages each stack, and may be the first to install cfn-lint.
vi.setConfig({ hookTimeout: INSTALL_TIMEOUT + 240_000 });

/** A stage of `sls` and of `npm run release`, by what it has; without parameters the one that is shipped. */
const STAGES: readonly (readonly [title: string, parameters?: object])[] = [
  ['as shipped'],
  [
    'with an endpoint in us-east-1, a dashboard, a login and mutual TLS',
    { ...PARAMETERS, ...CONSUL, route53Endpoint: 'true', dashboard: 'true', region: 'us-east-1' },
  ],
  [
    'with groups, a topic, a queue and everything in Secrets Manager',
    {
      ...{
        region: 'eu-west-1',
        hostedZoneId: 'Z1',
        vpcId: PARAMETERS.vpcId,
        subnetIds: PARAMETERS.subnetIds,
      },
      ...{ securityGroupIds: 'sg-0123456789abcdef0', reservedConcurrency: '3', failedEventsQueue: 'true' },
      ...{ xray: 'true', wideNetworkRights: 'true', metricsByRecord: 'true', dashboard: 'true' },
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations',
      consulAddr: 'https://consul.corp.internal:8501',
      consulTokenSecret: 'consul/rdsproxy#token',
      consulCaCertSecret: 'consul/tls#ca',
      consulClientCertSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:consul/tls-a1B2c3#cert',
      consulClientKeySsm: '/consul/client-key',
      secretsKeyArn: CONSUL.secretsKeyArn,
    },
  ],
];

/** What Serverless has, and a release has not: a bucket of its own for the zip. */
const BUCKET = ['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy'];

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: object;
}

let project: Project;
let parts: Awaited<ReturnType<typeof pythonParts>>;
let findings: readonly { readonly Filename: string }[];
const released = new Map<string, Template>();
const packaged = new Map<string, Template>();
const fileOf = (title: string, by: string) =>
  join(project.folder, `${title.replaceAll(/\W+/g, '-')}-${by}.json`);

beforeAll(async () => {
  [project, parts] = await Promise.all([copyProject().then(withoutBuild), pythonParts()]);
  await mkdir(join(project.folder, 'certs'));
  await writeFile(join(project.folder, 'certs/consul-ca.pem'), CERTIFICATE);
  for (const [index, [title, parameters]] of STAGES.entries()) {
    const stage = parameters ? `stage-${index}` : 'dev';
    const { template } = parameters ? await packageStage(stage, parameters) : await shippedPackage();
    packaged.set(title, JSON.parse(await readFile(template, 'utf8')));
    released.set(title, templateFor(stage));
    await copyFile(template, fileOf(title, 'packaged'));
    await writeFile(fileOf(title, 'released'), JSON.stringify(released.get(title)));
  }
  if ('unavailable' in parts) return;
  findings = await lint(
    parts.bin,
    STAGES.flatMap(([title]) => [fileOf(title, 'packaged'), fileOf(title, 'released')]),
  );
});
afterAll(() => project?.close());

async function packageStage(stage: string, parameters: object): Promise<Packaged> {
  await project.writeStage(stage, parameters);
  await project.sls(['package', '--stage', stage]);
  return project;
}

/** The template of a release. */
function templateFor(stage: string): Template {
  const service = `consul-route53-updater-${stage}`;
  const readFile = (path: string) => readFileSync(join(project.folder, path), 'utf8');
  const deployment = readDeployment(readStageFile(stage, readFile), { service, stage }, readFile);
  return templateOf(stackOf(readServerlessFile(deployment), service), service, 'updater.zip') as Template;
}

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

/** These resources without where the zip is. */
const withoutCode = ({ UpdateLambdaFunction, ...others }: Template['Resources']) => {
  const { Code, ...properties } = UpdateLambdaFunction?.Properties ?? {};
  expect(Code).toBeDefined();
  return { ...others, UpdateLambdaFunction: { ...UpdateLambdaFunction, Properties: properties } };
};

describe.each(STAGES.map(([title]) => title))('the stack %s', (title) => {
  it.for(['packaged', 'released'])('is nothing that cfn-lint objects to, %s', (by, context) => {
    if ('unavailable' in parts) context.skip(parts.unavailable);
    expect(findings.filter(({ Filename }) => Filename === fileOf(title, by))).toEqual([]);
  });

  it('is released as Serverless packages it, but for the bucket', () => {
    const { Resources, Outputs } = packaged.get(title) ?? { Resources: {}, Outputs: {} };
    const rest = Object.entries(Resources).filter(([id]) => !BUCKET.includes(id));
    const own = released.get(title);
    expect(withoutCode(own?.Resources ?? {})).toEqual(withoutCode(Object.fromEntries(rest)));
    expect({ ...own?.Outputs, ServerlessDeploymentBucketName: expect.anything() }).toEqual(Outputs);
    // As much as CloudFormation takes without a bucket for the template itself.
    expect(Buffer.byteLength(JSON.stringify(own, null, 1))).toBeLessThan(51_200);
  });
});

it('cfn-lint has nothing to say of anything else', (context) => {
  if ('unavailable' in parts) context.skip(parts.unavailable);
  expect(findings).toEqual([]);
});
