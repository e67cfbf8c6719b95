import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../deploy/deployment.ts';
import { readStageFile } from '../../deploy/stage-file.ts';
import { monthlyCost, totalOf } from '../deploy/cost.ts';
import { MANY, packageOfMany, shippedPackage } from '../deploy/packages.ts';
import { CERTIFICATE } from '../deploy/site.ts';
import { asParams, copyProject, type Packaged, type Project, type Resource } from '../deploy/sls.ts';

// `sls` takes a few seconds, and longer beside other tests.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let project: Project;
let resources: Readonly<Record<string, Resource>>;
beforeAll(async () => {
  project = await copyProject();
  await mkdir(join(project.folder, 'node_modules/unused'), { recursive: true });
  await writeFile(join(project.folder, 'node_modules/unused/index.js'), 'not to be packaged');
  await mkdir(join(project.folder, 'dist'));
  await writeFile(join(project.folder, 'dist/former.cjs'), 'exports.handler = 1;');
  await project.sls(['package']);
  resources = await project.resources();
});
afterAll(() => project?.close());

const propertiesOf = (id: string) => resources[id]?.Properties;

const filesOf = async ({ zip }: Packaged) => unzipSync(await readFile(zip));

describe('sls package', () => {
  it('packages the bundle that the build makes, and nothing else', async () => {
    const files = await filesOf(project);
    const built = (await readdir(join(project.folder, 'dist'))).filter((file) =>
      /\.(cjs|mjs|txt)$/.test(file),
    );
    expect(built).toEqual(expect.arrayContaining(['update.cjs', 'update.mjs', 'NOTICES.txt']));
    expect(Object.keys(files).sort()).toEqual(built.map((file) => `dist/${file}`).sort());
    for (const [file, bytes] of Object.entries(files))
      expect((await readFile(join(project.folder, file))).equals(bytes), file).toBe(true);
  });

  it('makes the same package in any folder, whatever an earlier version left there', async () => {
    const { zip } = await shippedPackage();
    expect((await readFile(project.zip)).equals(await readFile(zip))).toBe(true);
  });

  it('makes a stack of these resources, and no others', () => {
    expect(Object.fromEntries(Object.entries(resources).map(([id, { Type }]) => [id, Type]))).toEqual({
      ServerlessDeploymentBucket: 'AWS::S3::Bucket',
      ServerlessDeploymentBucketPolicy: 'AWS::S3::BucketPolicy',
      UpdateLambdaFunction: 'AWS::Lambda::Function',
      UpdateLambdaEvConf: 'AWS::Lambda::EventInvokeConfig',
      UpdateEventsRuleSchedule1: 'AWS::Events::Rule',
      UpdateLambdaPermissionEventsRuleSchedule1: 'AWS::Lambda::Permission',
      UpdateLogGroup: 'AWS::Logs::LogGroup',
      UpdateRole: 'AWS::IAM::Role',
      UpdateSecurityGroup: 'AWS::EC2::SecurityGroup',
      AlarmKey: 'AWS::KMS::Key',
      AlarmTopic: 'AWS::SNS::Topic',
      AlarmTopicPolicy: 'AWS::SNS::TopicPolicy',
      ErrorsAlarm: 'AWS::CloudWatch::Alarm',
      HeldAlarm: 'AWS::CloudWatch::Alarm',
      AddressNotAllowedAlarm: 'AWS::CloudWatch::Alarm',
      SilentAlarm: 'AWS::CloudWatch::Alarm',
      SlowAlarm: 'AWS::CloudWatch::Alarm',
      SpreadingAlarm: 'AWS::CloudWatch::Alarm',
    });
  });

  it('configures the function', () => {
    expect(propertiesOf('UpdateLambdaFunction')).toMatchObject({
      Handler: 'dist/update.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 128,
      // The watch window and the handler's reserve of 5 s.
      Timeout: 80,
      Environment: {
        Variables: {
          WATCH_SECONDS: '75',
          OWNER_ID: 'consul-route53-updater-dev',
          POWERTOOLS_SERVICE_NAME: 'consul-route53-updater-dev',
        },
      },
      Role: { 'Fn::Sub': `\${UpdateRole.Arn}` },
      VpcConfig: {
        SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
        SecurityGroupIds: [{ 'Fn::GetAtt': ['UpdateSecurityGroup', 'GroupId'] }],
      },
    });
    for (const absent of ['ReservedConcurrentExecutions', 'TracingConfig'])
      expect(propertiesOf('UpdateLambdaFunction')).not.toHaveProperty(absent);
  });

  it('invokes it every minute, and does not pile up old ticks', () => {
    expect(propertiesOf('UpdateEventsRuleSchedule1')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
    const events = propertiesOf('UpdateLambdaEvConf');
    expect(events).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(JSON.stringify(events)).not.toContain('OnFailure');
  });

  it('gives it the role with the derived rights, and no other policy', async () => {
    const role = propertiesOf('UpdateRole');
    expect(Object.keys(role ?? {}).sort()).toEqual(['AssumeRolePolicyDocument', 'Policies']);
    const { statements } = readDeployment(readStageFile('dev'), {
      service: 'consul-route53-updater-dev',
      stage: 'dev',
    });
    expect(role?.['Policies']).toEqual([
      { PolicyName: 'update', PolicyDocument: { Version: '2012-10-17', Statement: statements } },
    ]);
  });

  it('costs what docs/cost.md says of one record', async () => {
    const page = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8');
    expect(page).toContain(`| **all** | **${totalOf(monthlyCost(resources, 1)).toFixed(2)}** |`);
  });

  it("names the function's own log group and alarms after the stage", () => {
    expect(propertiesOf('UpdateLogGroup')).toEqual({
      LogGroupName: '/aws/lambda/consul-route53-updater-dev-update',
      RetentionInDays: 30,
    });
    expect(propertiesOf('HeldAlarm')).toMatchObject({
      AlarmName: 'consul-route53-updater-dev-held',
      Dimensions: [{ Name: 'service', Value: 'consul-route53-updater-dev' }],
    });
  });

  it('stops at wrong parameters with sentences that name them, and does not repeat a token', async () => {
    const token = 'b1946ac9-2f3c-4d5e-8f9a-0123456789ab';
    await project.writeStage('wrong', {
      alarmMail: 'operations@example.com',
      consulClientKey: token,
      records: [],
    });
    // A token that is given as a parameter is one that deploy/deployment.cjs would never see, unless it asks for it.
    const wrong = { consulAddr: 'ftp://consul:8500', watchSeconds: '1h', consulToken: token };
    const packaging = project.sls(['package', '--stage', 'wrong', ...asParams(wrong)]);
    for (const sentence of [
      /^stages\/wrong\.yml: alarmMail is not a parameter that is known: did you mean alarmEmail\?/m,
      /^stages\/wrong\.yml: consulClientKey does not exist, because /m,
      /^--param: consulToken does not exist, because /m,
      /^--param: the address number 1 in consulAddr, "ftp:\/\/consul:8500", is not of the form http\(s\):\/\/host:port/m,
      /^--param: watchSeconds, "1h", must be /m,
    ])
      await expect(packaging).rejects.toMatchObject({ stderr: expect.stringMatching(sentence) });
    await expect(packaging).rejects.toMatchObject({ stderr: expect.not.stringContaining(token) });
    // The sentences are all that there is to see.
    await expect(packaging).rejects.toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^stages\/wrong\.yml: /),
    });
  });

  it('packages examples, but does not deploy them', async () => {
    await expect(project.sls(['deploy'])).rejects.toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(
        /^stages\/dev\.yml: alarmEmail is still the example "operations@example\.com": /m,
      ),
    });
  });

  it('packages the certificates that the parameters name, and records that variables have no room for', async () => {
    const many = await packageOfMany();
    const files = await filesOf(many);
    expect(
      Object.keys(files)
        .filter((file) => !file.startsWith('dist/'))
        .sort(),
    ).toEqual(['certs/consul-ca.pem']);
    expect(JSON.parse(Buffer.from(files['dist/records.json'] ?? []).toString())).toEqual(MANY);
    expect(Buffer.from(files['certs/consul-ca.pem'] ?? []).toString()).toBe(CERTIFICATE);
    const after = await many.resources();
    expect(after['UpdateLambdaFunction']?.Properties).toMatchObject({
      MemorySize: 256,
      Environment: {
        Variables: {
          RECORDS_FILE: 'dist/records.json',
          CONSUL_CACERT: 'certs/consul-ca.pem',
          CONSUL_AUTH_METHOD: 'aws-lambda',
          CONSUL_MAX_STALE: '2.5',
        },
      },
    });
    const rights = JSON.stringify(after['UpdateRole']);
    expect(rights).toContain('parameter/consul/client-certificate');
    for (const { name } of MANY) expect(rights).toContain(`"${name}"`);
    expect(rights).not.toContain('rdsproxy.corp.internal');
  });
});
