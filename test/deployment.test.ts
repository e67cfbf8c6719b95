import { describe, expect, it } from 'vitest';
import { readDeployment } from '../scripts/deployment.ts';

const PARAMETERS = {
  consulAddr: 'http://consul.corp.internal:8500',
  hostedZoneId: 'Z08345992R7HSH0EXAMPLE',
  subnetIds: 'subnet-0123456789abcdef0, subnet-0fedcba9876543210',
  securityGroupIds: 'sg-0123456789abcdef0',
};
const RECORDS = '[\n  { "service": "rdsproxy", "name": "RDSproxy.corp.internal" }\n]';

const deploy = (own: Record<string, unknown> = {}, records = RECORDS) =>
  readDeployment({ ...PARAMETERS, ...own }, records);

describe('readDeployment', () => {
  it('gives the function its settings, and records.json without its white space', () => {
    expect(deploy().environment).toEqual({
      CONSUL_HTTP_ADDR: 'http://consul.corp.internal:8500',
      HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
      RECORDS: '[{"service":"rdsproxy","name":"RDSproxy.corp.internal"}]',
      WATCH_SECONDS: '50',
    });
  });

  it('takes lists of subnets and security groups', () => {
    expect(deploy().vpc).toEqual({
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      securityGroupIds: ['sg-0123456789abcdef0'],
    });
  });

  it('allows changes of exactly the records, in the form in which Route 53 compares them', () => {
    const records = '[{"service":"a","name":"B.corp.internal."},{"service":"a","name":"*.corp.internal"}]';
    const zone = { 'Fn::Sub': `arn:\${AWS::Partition}:route53:::hostedzone/Z08345992R7HSH0EXAMPLE` };
    expect(deploy({}, records).statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
        Resource: zone,
      },
      {
        Effect: 'Allow',
        Action: ['route53:ChangeResourceRecordSets'],
        Resource: zone,
        Condition: {
          'ForAllValues:StringEquals': {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
              'b.corp.internal',
              '\\052.corp.internal',
            ],
            'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'AAAA'],
            'route53:ChangeResourceRecordSetsActions': ['UPSERT', 'DELETE'],
          },
        },
      },
    ]);
  });

  it('allows to replace a CNAME only where a record asks for it', () => {
    const records = '[{"service":"a","name":"a.corp.internal","onConflict":"replace"}]';
    expect(JSON.stringify(deploy({}, records).statements)).toContain('["A","AAAA","CNAME"]');
    expect(JSON.stringify(deploy().statements)).not.toContain('CNAME');
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'a missing parameter',
      { consulAddr: null },
      RECORDS,
      /^The parameter consulAddr is required: put it into stages\/<stage>\.yml, or give --param="consulAddr=http:/,
    ],
    [
      'an address without scheme',
      { consulAddr: 'consul:8500' },
      RECORDS,
      /^The address number 1 in the parameter consulAddr, "consul:8500", is not of the form/,
    ],
    [
      'a zone name',
      { hostedZoneId: 'corp.internal' },
      RECORDS,
      /^the parameter hostedZoneId, "corp\.internal", is not the ID/,
    ],
    [
      'a VPC for a subnet',
      { subnetIds: 'vpc-0123456789abcdef0' },
      RECORDS,
      /^The parameter subnetIds holds "vpc-0123456789abcdef0", which is not of the form subnet-…/,
    ],
    ['a wrong record', {}, '[{"service":"a"}]', /^records\.json\[0\]\.name is required\.$/],
    ['records that are not JSON', {}, '[', /^records\.json is not JSON/],
  ])('stops at %s with a sentence', (_, own, records, message) => {
    expect(() => deploy(own, records)).toThrow(message);
  });

  it('names every missing parameter at once', () => {
    const every = ['consulAddr', 'hostedZoneId', 'subnetIds', 'securityGroupIds'].join('.*');
    expect(() => readDeployment({}, RECORDS)).toThrow(new RegExp(every, 's'));
  });
});
