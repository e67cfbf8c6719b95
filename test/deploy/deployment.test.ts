import { describe, expect, it } from 'vitest';
import { readDeployment } from '../../deploy/deployment.ts';
import { deploy, propertiesOf, RECORDS } from './site.ts';

const manyRecords = (count: number) =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      service: `service-${i}`,
      name: `service-${i}.corp.internal`,
    })),
  );

describe('the settings of the function', () => {
  it('are those of the parameters, with records.json inline and without its white space', () => {
    const { environment, patterns } = deploy();
    expect(environment).toEqual({
      CONSUL_HTTP_ADDR: 'http://consul.corp.internal:8500',
      HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
      WATCH_SECONDS: '59',
      POWERTOOLS_SERVICE_NAME: 'updater-dev',
      RECORDS: '[{"service":"rdsproxy","name":"RDSproxy.corp.internal"}]',
    });
    expect(patterns).toEqual(['!**', 'dist/*.cjs']);
  });

  // Lambda measures the variables as JSON, where each quotation mark of RECORDS takes two characters.
  it.each([
    [50, 'RECORDS', ['!**', 'dist/*.cjs']],
    [70, 'RECORDS_FILE', ['!**', 'dist/*.cjs', 'records.json']],
  ])('hold %i records in %s', (count, variable, patterns) => {
    const deployment = deploy({}, manyRecords(count));
    expect(Object.keys(deployment.environment).filter((name) => name.startsWith('RECORDS'))).toEqual([
      variable,
    ]);
    expect(JSON.stringify(deployment.environment).length).toBeLessThanOrEqual(4_096);
    expect(deployment.patterns).toEqual(patterns);
  });

  // Window, last change and report: the handler ends its window 5 s before the timeout.
  it.each([
    [undefined, '59', 64],
    [59, '59', 64],
    ['40', '40', 45],
    [0, '0', 30],
  ])('with watchSeconds %s: watch %s s, timeout %i s', (watchSeconds, seconds, timeout) => {
    const deployment = deploy({ watchSeconds });
    expect(deployment.environment['WATCH_SECONDS']).toBe(seconds);
    expect(deployment.timeout).toBe(timeout);
  });
});

const egress = (resources: Readonly<Record<string, object>>) =>
  propertiesOf(resources, 'UpdateSecurityGroup') as { SecurityGroupEgress: readonly object[] };

describe('the network', () => {
  it("has the operator's security groups where there are any, and creates none", () => {
    const { vpc, resources } = deploy({ securityGroupIds: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'] });
    expect(vpc).toEqual({
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      securityGroupIds: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'],
    });
    expect(JSON.stringify(resources)).not.toContain('AWS::EC2');
  });

  it('otherwise creates one that lets the function out to Consul and to port 443 only', () => {
    const { vpc, resources } = deploy({
      consulAddr: 'http://10.0.0.1:8500,https://10.0.0.2:8501,http://10.0.0.3:8500,http://consul',
      consulCidr: '10.20.0.0/16 10.21.0.0/16',
    });
    expect(vpc.securityGroupIds).toEqual([{ 'Fn::GetAtt': ['UpdateSecurityGroup', 'GroupId'] }]);
    const rules = egress(resources).SecurityGroupEgress.map((rule) => JSON.stringify(rule));
    expect(
      rules.map((rule) => rule.match(/"FromPort":(\d+),"ToPort":\1,"CidrIp":"([^"]+)"/)?.slice(1)),
    ).toEqual([
      ['80', '10.20.0.0/16'],
      ['80', '10.21.0.0/16'],
      ['8500', '10.20.0.0/16'],
      ['8500', '10.21.0.0/16'],
      ['8501', '10.20.0.0/16'],
      ['8501', '10.21.0.0/16'],
      ['443', '0.0.0.0/0'],
    ]);
    expect(resources).not.toHaveProperty('Route53Endpoint');
  });

  it('lets it reach Consul at private addresses unless told otherwise', () => {
    expect(JSON.stringify(egress(deploy().resources)).match(/"CidrIp":"[^"]+"/g)).toEqual([
      '"CidrIp":"10.0.0.0/8"',
      '"CidrIp":"172.16.0.0/12"',
      '"CidrIp":"192.168.0.0/16"',
      '"CidrIp":"100.64.0.0/10"',
      '"CidrIp":"0.0.0.0/0"',
    ]);
  });

  it.each([true, 'true'])('has an endpoint of the Route 53 API for route53Endpoint %j', (route53Endpoint) => {
    const { resources } = deploy({ route53Endpoint, consulCidr: '10.20.0.0/16' });
    expect(propertiesOf(resources, 'Route53Endpoint')).toEqual({
      VpcEndpointType: 'Interface',
      ServiceName: 'com.amazonaws.route53',
      ServiceRegion: 'us-east-1',
      VpcId: 'vpc-0123456789abcdef0',
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      SecurityGroupIds: [{ 'Fn::GetAtt': ['Route53EndpointSecurityGroup', 'GroupId'] }],
      PrivateDnsEnabled: true,
    });
    // Then the way to port 443 ends there, too.
    expect(egress(resources).SecurityGroupEgress.at(-1)).toMatchObject({
      FromPort: 443,
      DestinationSecurityGroupId: { 'Fn::GetAtt': ['Route53EndpointSecurityGroup', 'GroupId'] },
    });
    expect(JSON.stringify(resources)).not.toContain('0.0.0.0/0');
  });
});

describe('zones in another account', () => {
  const role = { route53RoleArn: 'arn:aws:iam::210987654321:role/updater', route53ExternalId: 'an-id' };

  it('are told to the function', () => {
    const { environment } = deploy(
      { ...role, hostedZoneId: null },
      '[{"service":"a","name":"a.corp.internal","zoneId":"Z1"}]',
    );
    expect(environment).toMatchObject({
      ROUTE53_ROLE_ARN: role.route53RoleArn,
      ROUTE53_EXTERNAL_ID: 'an-id',
    });
    expect(environment).not.toHaveProperty('HOSTED_ZONE_ID');
    expect(JSON.stringify(deploy().environment)).not.toContain('ROUTE53_');
  });

  it('need a way to STS besides the endpoint of Route 53', () => {
    const rules = (own: object) =>
      JSON.stringify(egress(deploy({ route53Endpoint: true, ...own }).resources));
    expect(rules(role)).toContain(
      '"FromPort":443,"ToPort":443,"CidrIp":"0.0.0.0/0","Description":"SSM, Secrets Manager and STS"',
    );
    expect(rules({})).not.toContain('0.0.0.0/0');
  });
});

describe('the alarm topic', () => {
  it('is created for an e-mail address', () => {
    const { onFailure, resources } = deploy();
    expect(onFailure).toEqual({ type: 'sns', arn: { Ref: 'AlarmTopic' } });
    expect(propertiesOf(resources, 'AlarmTopic')).toMatchObject({
      Subscription: [{ Protocol: 'email', Endpoint: 'operations@example.com' }],
    });
  });

  it("is the operator's where there is one", () => {
    const topic = 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:operations';
    const { onFailure, resources, statements } = deploy({ alarmEmail: null, alarmTopicArn: topic });
    expect(onFailure).toBe(topic);
    expect(resources).not.toHaveProperty('AlarmTopic');
    expect(propertiesOf(resources, 'HeldAlarm')).toMatchObject({ AlarmActions: [topic] });
    expect(statements).toContainEqual({ Effect: 'Allow', Action: ['sns:Publish'], Resource: topic });
  });
});

describe('what is missing or malformed', () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'a missing parameter',
      { consulAddr: null },
      RECORDS,
      /^The parameter consulAddr is required: put it into stages\/<stage>\.yml, or give --param="consulAddr=http:[^"]+"\.$/,
    ],
    [
      'an address without scheme',
      { consulAddr: 'consul:8500' },
      RECORDS,
      /^The address number 1 in the parameter consulAddr, "consul:8500", is not of the form .*for example http/,
    ],
    [
      'a zone name',
      { hostedZoneId: 'corp.internal' },
      RECORDS,
      /^The parameter hostedZoneId, "corp\.internal", is not the ID of a hosted zone, for example Z08/,
    ],
    [
      'no zone, where a record needs one',
      { hostedZoneId: null },
      RECORDS,
      /^The parameter hostedZoneId is required, unless each record has a zoneId/,
    ],
    [
      'the name of a role',
      { route53RoleArn: 'updater' },
      RECORDS,
      /^The parameter route53RoleArn, "updater", is not the ARN of a role, for example arn:aws:iam::/,
    ],
    [
      'an external ID for nobody',
      { route53ExternalId: 'an-id' },
      RECORDS,
      /^The parameter route53ExternalId is set but the parameter route53RoleArn is not/,
    ],
    [
      'a name for a VPC',
      { vpcId: 'main' },
      RECORDS,
      /^The parameter vpcId is "main", which is not of the form vpc-…: for example vpc-0123456789abcdef0\.$/,
    ],
    [
      'a VPC for a subnet',
      { subnetIds: 'vpc-0123456789abcdef0' },
      RECORDS,
      /^The parameter subnetIds holds "vpc-0123456789abcdef0", which is not of the form subnet-…: for example subnet-/,
    ],
    [
      'a map for a list',
      { securityGroupIds: { id: 'sg-0123456789abcdef0' } },
      RECORDS,
      /^The parameter securityGroupIds must be a text: for example sg-/,
    ],
    [
      'a block of IPv6',
      { consulCidr: 'fc00::/7' },
      RECORDS,
      /^The parameter consulCidr holds "fc00::\/7", which is not a block of IPv4 addresses: for example 10\./,
    ],
    [
      'more blocks than a group has room for',
      { consulCidr: Array.from({ length: 11 }, (_, i) => `10.${i}.0.0/16`) },
      RECORDS,
      /^The parameter consulCidr holds more than 10 blocks: for example/,
    ],
    [
      'blocks that would have no effect',
      { consulCidr: '10.0.0.0/8', securityGroupIds: 'sg-0123456789abcdef0' },
      RECORDS,
      /^The parameter consulCidr is of no use beside securityGroupIds/,
    ],
    [
      'yes for a switch',
      { route53Endpoint: 'yes' },
      RECORDS,
      /^The parameter route53Endpoint is "yes" and must be true or false: for example true\.$/,
    ],
    [
      'nobody to tell',
      { alarmEmail: null },
      RECORDS,
      /^The parameter alarmEmail or the parameter alarmTopicArn is required: .*for example operations@example\.com\.$/,
    ],
    [
      'two to tell',
      { alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations' },
      RECORDS,
      /^The parameter alarmEmail and the parameter alarmTopicArn are both given; keep one of the two/,
    ],
    [
      'half an address',
      { alarmEmail: 'operations' },
      RECORDS,
      /^The parameter alarmEmail is "operations", which is not an e-mail address: for example operations@/,
    ],
    [
      'a FIFO topic',
      { alarmEmail: null, alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations.fifo' },
      RECORDS,
      /^The parameter alarmTopicArn is ".*\.fifo", which is not the ARN of a standard topic: for example arn:aws:sns/,
    ],
    [
      'a window longer than its minute',
      { watchSeconds: 60 },
      RECORDS,
      /^The parameter watchSeconds is "60" and must be a whole number from 0 \(one pass a minute\) to 59/,
    ],
    [
      'a misspelt parameter',
      { alarmMail: 'a@b.c' },
      RECORDS,
      /^The parameter alarmMail is not known: known are consulAddr, /,
    ],
    ['a wrong record', {}, '[{"service":"a"}]', /^records\.json\[0\]\.name is required\.$/],
    ['records that are not JSON', {}, '[', /^records\.json is not JSON/],
    [
      'more records than a role has room for',
      {},
      manyRecords(500),
      /^records\.json has 500 records: the rights to change them do not fit into one role/,
    ],
  ])('stops at %s with a sentence', (_, own, records, message) => {
    expect(() => deploy(own, records)).toThrow(message);
  });

  it('is named all at once', () => {
    const every = ['consulAddr', 'vpcId', 'subnetIds', 'alarmEmail', 'hostedZoneId', 'records.json'];
    expect(() => readDeployment({}, 'updater-dev', '[')).toThrow(
      new RegExp(every.map((name) => `${name}.*`).join('\\n.*')),
    );
  });
});
