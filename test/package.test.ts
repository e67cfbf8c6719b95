import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** `sls package` in a copy of the project, so that tests side by side never share dist/ or .serverless/. */
let copy: string;
async function sls(...args: readonly string[]) {
  const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', AWS_REGION: 'eu-west-1', CI: '1' };
  return await run(process.execPath, [join(root, 'node_modules/.bin/sls'), 'package', ...args], {
    cwd: copy,
    env,
  });
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'package-'));
  const parts = [
    'serverless.yml',
    'records.json',
    'package.json',
    'tsconfig.json',
    'stages',
    'scripts',
    'src',
    'handlers',
  ];
  await Promise.all(parts.map((part) => cp(join(root, part), join(copy, part), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await sls();
});
afterAll(() => rm(copy, { recursive: true, force: true }));

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

async function resources(): Promise<readonly Resource[]> {
  const template = await readFile(
    join(copy, '.serverless/cloudformation-template-update-stack.json'),
    'utf8',
  );
  return Object.values((JSON.parse(template) as { Resources: Record<string, Resource> }).Resources);
}

const ofType = async (type: string) =>
  (await resources()).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

describe('sls package', () => {
  it('packages the bundle that the build makes, and nothing else', async () => {
    const files = unzipSync(await readFile(join(copy, '.serverless/consul-route53-updater.zip')));
    expect(Object.keys(files)).toEqual(['dist/update.cjs']);
    expect(Buffer.from(files['dist/update.cjs'] ?? [])).toEqual(
      await readFile(join(copy, 'dist/update.cjs')),
    );
  });

  it('configures the function', async () => {
    expect(await ofType('AWS::Lambda::Function')).toEqual([
      expect.objectContaining({
        Handler: 'dist/update.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: 60,
        ReservedConcurrentExecutions: 1,
        VpcConfig: {
          SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
          SecurityGroupIds: ['sg-0123456789abcdef0'],
        },
        Environment: {
          Variables: expect.objectContaining({
            WATCH_SECONDS: '50',
            HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
          }),
        },
      }),
    ]);
  });

  it('invokes it every minute, and does not pile up old ticks', async () => {
    expect(await ofType('AWS::Events::Rule')).toMatchObject([
      { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' },
    ]);
    expect(await ofType('AWS::Lambda::EventInvokeConfig')).toMatchObject([
      { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    ]);
  });

  it('lets its role do nothing to Route 53 but what the records need', async () => {
    const [role] = await ofType('AWS::IAM::Role');
    const policies = JSON.stringify(role?.['Policies']);
    expect(policies.match(/route53:\w+"/g)?.sort()).toEqual([
      'route53:ChangeResourceRecordSets"',
      'route53:ChangeResourceRecordSetsActions"',
      'route53:ChangeResourceRecordSetsNormalizedRecordNames"',
      'route53:ChangeResourceRecordSetsRecordTypes"',
      'route53:GetHostedZone"',
      'route53:ListResourceRecordSets"',
    ]);
    expect(policies).not.toMatch(/"route53:\*"|"Resource":"\*"/);
  });

  it('stops at a wrong parameter with a sentence that names it', async () => {
    await expect(sls('--param=consulAddr=consul:8500')).rejects.toMatchObject({
      stdout: expect.stringContaining(
        'The address number 1 in the parameter consulAddr, "consul:8500", is not of the form http(s)://host:port',
      ),
    });
  });
});
