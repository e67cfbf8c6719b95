import { describe, expect, it } from 'vitest';
import { deploy, manyRecords, propertiesOf } from './site.ts';

describe('the settings of the function', () => {
  it('are those of the parameters, with the records inline', () => {
    const { environment, patterns } = deploy();
    expect(environment).toEqual({
      CONSUL_HTTP_ADDR: 'http://consul.corp.internal:8500',
      HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
      WATCH_SECONDS: '75',
      OWNER_ID: 'updater-dev',
      POWERTOOLS_SERVICE_NAME: 'updater-dev',
      RECORDS: '[{"service":"rdsproxy","name":"RDSproxy.corp.internal"}]',
    });
    expect(patterns).toEqual(['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt']);
  });

  // Lambda measures the variables as JSON, where each quotation mark of RECORDS takes two characters.
  it.each([
    [50, 'RECORDS', ['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt']],
    [70, 'RECORDS_FILE', ['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt', 'dist/records.json']],
  ])('hold %i records in %s', (count, variable, patterns) => {
    const deployment = deploy({}, manyRecords(count));
    expect(Object.keys(deployment.environment).filter((name) => name.startsWith('RECORDS'))).toEqual([
      variable,
    ]);
    expect(JSON.stringify(deployment.environment).length).toBeLessThanOrEqual(4_096);
    expect(deployment.patterns).toEqual(patterns);
  });

  // Window, last change and report: the handler ends its window 5 s before the timeout. Lambda's longest is 900 s.
  it.each([
    [undefined, '75', 80],
    [59, '59', 64],
    ['40', '40', 45],
    [0, '0', 30],
    [840, '840', 845],
  ])('with watchSeconds %s: watch %s s, timeout %i s', (watchSeconds, seconds, timeout) => {
    const deployment = deploy({ watchSeconds });
    expect(deployment.environment['WATCH_SECONDS']).toBe(seconds);
    expect(deployment.timeout).toBe(timeout);
  });

  it.each([
    [undefined, 'updater-dev'],
    ['', 'updater-dev'],
    ['databases.prod_1', 'databases.prod_1'],
  ])('with ownerId %s: %s owns the names', (ownerId, owner) => {
    expect(deploy({ ownerId }).environment['OWNER_ID']).toBe(owner);
  });
});

describe('what costs', () => {
  it.each([
    [1, {}, 128],
    [20, {}, 128],
    [21, {}, 256],
    [100, {}, 256],
    [100, { memory: '128' }, 128],
    [1, { memory: 1769 }, 1769],
  ])('for %i records and %j is a memory of %i MB', (count, own, memory) => {
    expect(deploy(own, manyRecords(count)).memory).toBe(memory);
  });

  it('besides is off until it is asked for', () => {
    const plain = deploy();
    expect(plain.xray).toBe(false);
    expect(plain.environment).not.toHaveProperty('METRICS_BY_RECORD');
    expect(plain.environment).not.toHaveProperty('POWERTOOLS_LOG_LEVEL');
    const all = deploy({ xray: true, metricsByRecord: true, logLevel: 'WARN' });
    expect(all.xray).toBe(true);
    expect(all.environment).toMatchObject({ METRICS_BY_RECORD: 'true', POWERTOOLS_LOG_LEVEL: 'WARN' });
  });
});

describe('the concurrency', () => {
  it('is not reserved', () => expect(deploy().reservedConcurrency).toBeNull());

  // The windows that overlap, and an invocation by hand.
  it.each([
    ['as shipped', undefined, 3],
    ['without a window, as a tick may come twice', 0, 3],
    ['with a window that ends as the second tick comes', 115, 3],
    ['with one that reaches further', 116, 4],
    ['with the longest one', 840, 16],
  ])('is reserved as asked for, %s, from a smallest number on', (_, watchSeconds, least) => {
    for (const reservedConcurrency of [least, String(least + 7)])
      expect(deploy({ watchSeconds, reservedConcurrency }).reservedConcurrency).toBe(
        Number(reservedConcurrency),
      );
    expect(() => deploy({ watchSeconds, reservedConcurrency: least - 1 })).toThrow(
      `stages/dev.yml: reservedConcurrency is "${least - 1}" and must be a whole number of at least ${least}, because ${least - 1} windows overlap and an invocation by hand comes on top; leave it out to reserve none.`,
    );
  });

  it.each(['2.5', '3.5', '-3', 'some', 'true', '1e3'])('cannot be %s', (reservedConcurrency) => {
    expect(() => deploy({ reservedConcurrency })).toThrow(
      `stages/dev.yml: reservedConcurrency is "${reservedConcurrency}" and must be a whole number`,
    );
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

describe('the endpoint in us-east-1, where its service is', () => {
  it('names no Region of the service', () => {
    const { resources } = deploy({ route53Endpoint: true, region: 'us-east-1' });
    expect(propertiesOf(resources, 'Route53Endpoint')).not.toHaveProperty('ServiceRegion');
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
