import { describe, expect, it } from 'vitest';
import { deploy } from './site.ts';

const arn = (rest: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:${rest}` });
const ec2 = (rest: string) => arn(`ec2:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
const zone = arn('route53:::hostedzone/Z08345992R7HSH0EXAMPLE');

const change = (names: readonly string[], types: readonly string[], inZone: object = zone) => ({
  Effect: 'Allow',
  Action: ['route53:ChangeResourceRecordSets'],
  Resource: inZone,
  Condition: {
    'ForAllValues:StringLike': {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': [...names, '_consul-route53-updater.*'],
    },
    'ForAllValues:StringEquals': {
      'route53:ChangeResourceRecordSetsRecordTypes': types,
      'route53:ChangeResourceRecordSetsActions': ['CREATE', 'UPSERT', 'DELETE'],
    },
    Null: {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': 'false',
      'route53:ChangeResourceRecordSetsRecordTypes': 'false',
      'route53:ChangeResourceRecordSetsActions': 'false',
    },
  },
});

const CHANGE_STATUS = { Effect: 'Allow', Action: ['route53:GetChange'], Resource: arn('route53:::change/*') };

describe("the role's policy", () => {
  it('allows this and nothing else', () => {
    expect(deploy().statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
        Resource: zone,
      },
      change(['rdsproxy.corp.internal'], ['A', 'AAAA', 'TXT']),
      CHANGE_STATUS,
      {
        Effect: 'Allow',
        Action: ['ec2:CreateNetworkInterface'],
        Resource: [
          ec2('network-interface/*'),
          ec2('subnet/subnet-0123456789abcdef0'),
          ec2('subnet/subnet-0fedcba9876543210'),
          {
            'Fn::Sub': [
              `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:security-group/\${Group}`,
              { Group: { 'Fn::GetAtt': ['UpdateSecurityGroup', 'GroupId'] } },
            ],
          },
        ],
      },
      {
        Effect: 'Allow',
        Action: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:DeleteNetworkInterface',
          'ec2:UnassignPrivateIpAddresses',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
        ],
        Resource: '*',
      },
      {
        Effect: 'Deny',
        Action: [
          'ec2:CreateNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:DeleteNetworkInterface',
          'ec2:UnassignPrivateIpAddresses',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
        ],
        Resource: '*',
        Condition: {
          ArnEquals: {
            'lambda:SourceFunctionArn': arn(
              `lambda:\${AWS::Region}:\${AWS::AccountId}:function:updater-dev-update`,
            ),
          },
        },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arn(`logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/updater-dev-update:*`),
      },
    ]);
  });

  it('follows the records, in the form in which Route 53 compares names', () => {
    const records = '[{"service":"a","name":"B.corp.internal."},{"service":"a","name":"*.corp.internal"}]';
    const [, statement] = deploy({}, records).statements;
    expect(statement).toEqual(change(['b.corp.internal', '\\052.corp.internal'], ['A', 'AAAA', 'TXT']));
  });

  it('allows in each zone the names of its own records only', () => {
    const records =
      '[{"service":"a","name":"a.corp.internal"},{"service":"a","name":"a.corp.internal","zoneId":"Z2","onConflict":"replace"},{"service":"b","name":"b.corp.internal"}]';
    const second = arn('route53:::hostedzone/Z2');
    expect(deploy({}, records).statements.slice(0, 3)).toEqual([
      {
        Effect: 'Allow',
        Action: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
        Resource: [zone, second],
      },
      change(['a.corp.internal', 'b.corp.internal'], ['A', 'AAAA', 'TXT']),
      change(['a.corp.internal'], ['A', 'AAAA', 'TXT', 'CNAME'], second),
    ]);
  });

  it('allows to assume the role of another account, where there is one, and nothing of Route 53', () => {
    const route53RoleArn = 'arn:aws:iam::210987654321:role/route53-updater';
    const { statements } = deploy({ route53RoleArn });
    expect(statements[0]).toEqual({ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: route53RoleArn });
    expect(JSON.stringify(statements)).not.toContain('route53:');
    expect(statements.slice(1)).toEqual(deploy().statements.slice(3));
    expect(JSON.stringify(deploy().statements)).not.toContain('sts:');
  });

  it('allows to replace a CNAME only where a record asks for it', () => {
    const records = '[{"service":"a","name":"a.corp.internal","onConflict":"replace"}]';
    expect(deploy({}, records).statements).toContainEqual(
      change(['a.corp.internal'], ['A', 'AAAA', 'TXT', 'CNAME']),
    );
    expect(JSON.stringify(deploy().statements)).not.toContain('CNAME');
  });

  it("names the operator's security groups", () => {
    const [, , , create] = deploy({ securityGroupIds: 'sg-0123456789abcdef0' }).statements;
    expect(create?.Resource).toContainEqual(ec2('security-group/sg-0123456789abcdef0'));
  });
});
