import { describe, expect, it } from 'vitest';
import { readDeployment } from '../../deploy/deployment.ts';
import { DEPLOYED, deploy, manyRecords, RECORDS, stageOf } from './site.ts';

describe('what is missing or malformed', () => {
  it.each(['constructor', 'toString', '__proto__'])('knows no parameter %s', (name) => {
    expect(() => deploy({ [name]: 'x' })).toThrow(`stages/dev.yml: ${name} is not a parameter that is known`);
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'a missing parameter',
      { consulAddr: null },
      RECORDS,
      /^stages\/dev\.yml: consulAddr is required: where Consul's HTTP API answers, for example https:/,
    ],
    [
      'an address without scheme',
      { consulAddr: 'consul' },
      RECORDS,
      /^stages\/dev\.yml: the address number 1 in consulAddr, "consul", is not of the form .*for example http/,
    ],
    [
      'a zone name',
      { hostedZoneId: 'corp.internal' },
      RECORDS,
      /^stages\/dev\.yml: hostedZoneId, "corp\.internal", is not the ID of a hosted zone, for example Z08/,
    ],
    [
      'no zone, where a record needs one',
      { hostedZoneId: null },
      RECORDS,
      /^stages\/dev\.yml: hostedZoneId is required, unless each record has a zoneId/,
    ],
    [
      'the name of a role',
      { route53RoleArn: 'updater' },
      RECORDS,
      /^stages\/dev\.yml: route53RoleArn, "updater", is not the ARN of a role, for example arn:aws:iam::/,
    ],
    [
      'an external ID for nobody',
      { route53ExternalId: 'an-id' },
      RECORDS,
      /^stages\/dev\.yml: route53ExternalId is set but route53RoleArn is not/,
    ],
    [
      'a name for a VPC',
      { vpcId: 'main' },
      RECORDS,
      /^stages\/dev\.yml: vpcId is "main", which is not of the form vpc-…: for example vpc-0123456789abcdef0\.$/,
    ],
    [
      'a VPC for a subnet',
      { subnetIds: 'vpc-0123456789abcdef0' },
      RECORDS,
      /^stages\/dev\.yml: subnetIds holds "vpc-0123456789abcdef0", which is not of the form subnet-…: for example subnet-/,
    ],
    [
      'a map for a list',
      { securityGroupIds: { id: 'sg-0123456789abcdef0' } },
      RECORDS,
      /^stages\/dev\.yml: securityGroupIds must be a text: for example sg-/,
    ],
    [
      'a block of IPv6',
      { consulCidr: 'fc00::/7' },
      RECORDS,
      /^stages\/dev\.yml: consulCidr holds "fc00::\/7", which is not a block of IPv4 addresses: for example 10\./,
    ],
    [
      'more blocks than a group has room for',
      { consulCidr: Array.from({ length: 11 }, (_, i) => `10.${i}.0.0/16`) },
      RECORDS,
      /^stages\/dev\.yml: consulCidr holds more than 10 blocks: for example/,
    ],
    [
      'blocks that would have no effect',
      { consulCidr: '10.0.0.0/8', securityGroupIds: 'sg-0123456789abcdef0' },
      RECORDS,
      /^stages\/dev\.yml: consulCidr is of no use beside securityGroupIds/,
    ],
    [
      'yes for a switch',
      { route53Endpoint: 'yes' },
      RECORDS,
      /^stages\/dev\.yml: route53Endpoint is "yes" and must be true or false: for example true\.$/,
    ],
    ...['64', '10241', 'small', '256.5'].map((memory): [string, Record<string, unknown>, string, RegExp] => [
      `memory that Lambda does not have, ${memory}`,
      { memory },
      RECORDS,
      /^stages\/dev\.yml: memory is ".*" and must be a whole number of MB from 128 to 10240: for example 256\.$/,
    ]),
    [
      'a log level that would hide why a record is held',
      { logLevel: 'ERROR' },
      RECORDS,
      /^stages\/dev\.yml: logLevel is "ERROR", which must be INFO or WARN: for example WARN\.$/,
    ],
    [
      'nobody to tell',
      { alarmEmail: null },
      RECORDS,
      /^stages\/dev\.yml: alarmEmail or alarmTopicArn is required, which says .*for example operations@example\.com\.$/,
    ],
    [
      'two to tell',
      { alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations' },
      RECORDS,
      /^stages\/dev\.yml: alarmEmail and alarmTopicArn are both given; keep one of the two/,
    ],
    [
      'half an address',
      { alarmEmail: 'operations' },
      RECORDS,
      /^stages\/dev\.yml: alarmEmail is "operations", which is not an e-mail address: for example operations@/,
    ],
    [
      'a FIFO topic',
      { alarmEmail: null, alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations.fifo' },
      RECORDS,
      /^stages\/dev\.yml: alarmTopicArn is ".*\.fifo", which is not the ARN of a standard topic: for example arn:aws:sns/,
    ],
    [
      'a window longer than an invocation',
      { watchSeconds: 841 },
      RECORDS,
      /^stages\/dev\.yml: watchSeconds, "841", must be a whole number from 0 \(one look\) to 840\.$/,
    ],
    [
      'a window in words',
      { watchSeconds: '1h' },
      RECORDS,
      /^stages\/dev\.yml: watchSeconds, "1h", must be a whole number/,
    ],
    [
      'an owner that no set identifier can name',
      { ownerId: 'the databases' },
      RECORDS,
      /^stages\/dev\.yml: ownerId, "the databases", must have 1 to 64 characters/,
    ],
    [
      'a misspelt parameter',
      { alarmMail: 'a@b.c' },
      RECORDS,
      /^stages\/dev\.yml: alarmMail is not a parameter that is known: did you mean alarmEmail\?$/,
    ],
    [
      'one that is like no other',
      { mailbox: 'a@b.c' },
      RECORDS,
      /^stages\/dev\.yml: mailbox is not a parameter that is known: known are records, region, consulAddr, /,
    ],
    [
      'no Region, even if the environment has one',
      { region: '' },
      RECORDS,
      /^stages\/dev\.yml: region is required: for example eu-west-1\.$/,
    ],
    [
      'an Availability Zone',
      { region: 'eu-west-1a' },
      RECORDS,
      /^stages\/dev\.yml: region is "eu-west-1a", which is not the name of a Region: for example eu-west-1\.$/,
    ],
    ...['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'eu-isoe-west-1'].map(
      (region): [string, Record<string, unknown>, string, RegExp] => [
        `a Region of another partition, ${region}`,
        { region },
        RECORDS,
        /^stages\/dev\.yml: region is ".*", and China, GovCloud and the isolated Regions are not supported, because .*; choose a Region of the partition "aws": for example eu-west-1\.$/,
      ],
    ),
    [
      'a topic in another Region',
      { alarmEmail: null, alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:operations' },
      RECORDS,
      /^stages\/dev\.yml: alarmTopicArn is in us-east-1, but region is eu-west-1; use a topic there: /,
    ],
    ['a wrong record', {}, '[{"service":"a"}]', /^stages\/dev\.yml: records\[0\]\.name is required\.$/],
    [
      'no records',
      {},
      'null',
      /^stages\/dev\.yml: records must be an array of records, each with "service" and "name"\.$/,
    ],
    [
      'more records than a role has room for',
      {},
      manyRecords(500),
      /^stages\/dev\.yml: records: the rights to change 500 records do not fit into one role/,
    ],
  ])('stops at %s with a sentence', (_, own, records, message) => {
    expect(() => deploy(own, records)).toThrow(message);
  });

  it('is named all at once', () => {
    const every = ['region', 'vpcId', 'subnetIds', 'alarmEmail', 'consulAddr', 'hostedZoneId', 'records'];
    expect(() => readDeployment(stageOf({}, 'null'), DEPLOYED)).toThrow(
      new RegExp(every.map((name) => `${name}.*`).join('\\n.*')),
    );
  });
});
