import { expect, test } from 'vitest';
import { estimateOf } from './templates.ts';

test.each([
  ['AWS::EC2::Volume', { VolumeType: 'io2', Size: 10 }, 'no price for volumes of type io2'],
  ['AWS::EC2::Instance', { InstanceType: { Ref: 'Type' } }, 'InstanceType is not in the template'],
  ['AWS::EC2::Instance', { InstanceType: 'x9.huge' }, 'x9.huge, Linux: no price for us-east-1 in the price book'],
  ['AWS::RDS::DBInstance', { Engine: 'mysql', DBInstanceClass: 'db.t3.micro' }, 'no prices for RDS with engine mysql'],
  ['AWS::RDS::DBCluster', { Engine: 'aurora-mysql' }, 'no prices for clusters with engine aurora-mysql'],
  ['AWS::ElastiCache::CacheCluster', { Engine: 'memcached' }, 'no prices for ElastiCache with engine memcached'],
  ['AWS::ElastiCache::ServerlessCache', {}, 'no prices for this type here'],
  [
    'AWS::WAFv2::WebACL',
    { Rules: [{ Statement: { ManagedRuleGroupStatement: { Name: 'AWSManagedRulesBotControlRuleSet' } } }] },
    'managed rules that inspect bots and logins cost extra by request',
  ],
  [
    'AWS::Backup::BackupSelection',
    { BackupSelection: { ListOfTags: [{}] } },
    'what it selects by tags is not in the template',
  ],
  [
    'AWS::Backup::BackupSelection',
    { BackupSelection: { Resources: ['arn:aws:dynamodb:us-east-1:123456789012:table/other'] } },
    'it backs up what is not in the template',
  ],
  ['AWS::Backup::BackupSelection', {}, 'what it is charged for is not in the template'],
  ['AWS::Made::Up', {}, 'no prices for this type here'],
])('%s %j is named with a reason', (type, properties, reason) => {
  const { unpriced } = estimateOf({ Thing: [type, properties] });
  expect(unpriced).toContainEqual({ type, logicalIds: ['Thing'], reason, isFree: false });
});

test.each([
  ['AWS::IAM::Role', 'free'],
  ['AWS::Budgets::Budget', 'budgets that only watch and tell are free'],
  ['AWS::CertificateManager::Certificate', 'public certificates are free'],
  ['AWS::CloudFront::VpcOrigin', 'free'],
  ['AWS::Chatbot::SlackChannelConfiguration', 'free; the messages are counted with their topic'],
  ['AWS::SSM::Parameter', 'standard parameters are free'],
  ['AWS::EC2::VPCEndpoint', 'endpoints of type Gateway are free'],
])('%s is free, and said to be', (type, reason) => {
  expect(estimateOf({ Thing: [type] }).unpriced).toEqual([{ type, logicalIds: ['Thing'], reason, isFree: true }]);
});

test('a region without prices names every line that is missing', () => {
  const { items, unpriced } = estimateOf(
    { Machine: ['AWS::EC2::Instance', { InstanceType: 't4g.nano' }] },
    { region: 'eu-north-1' },
  );
  expect(items).toEqual([]);
  expect(unpriced.map(({ reason }) => reason)).toEqual([
    't4g.nano, Linux: no price for eu-north-1 in the price book',
    'gp3 root volume, size of the image: no price for eu-north-1 in the price book',
  ]);
});

test('a model that nobody knows is named', () => {
  const Environment = [
    { Name: 'BEDROCK_AWS_MODELS', Value: 'global.acme.oracle-v1:0,us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
  ];
  const { tokens, unpriced } = estimateOf({ Task: ['AWS::ECS::TaskDefinition', { Environment }] });
  expect(unpriced).toContainEqual(
    expect.objectContaining({ reason: 'no price for the model global.acme.oracle-v1:0' }),
  );
  expect(tokens.items.map(({ price }) => price)).toEqual([
    'AmazonBedrock/regional.anthropic.claude-sonnet-4-5-20250929-v1:0/input',
    'AmazonBedrock/regional.anthropic.claude-sonnet-4-5-20250929-v1:0/output',
  ]);
  expect(tokens.total[0]).toBeGreaterThan(0);
});
