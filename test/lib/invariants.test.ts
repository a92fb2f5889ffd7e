import { describe, expect, test } from 'vitest';
import { EVERY_PRESET, ofType, preset, type Resource, synthesize, type Template } from '../helpers/deployments.ts';

/** Statements that must name every resource, with the reason; by the actions they allow. */
const WILDCARDS: Readonly<Record<string, string>> = {
  'ec2:DescribeManagedPrefixLists': 'AWS offers no narrower resource for it',
  'ec2:DescribeInstances,ec2:DescribeVolumes': 'AWS offers no narrower resource for Describe calls',
  'cloudwatch:DescribeAlarms,cloudwatch:GetMetricData,cloudwatch:GetMetricStatistics,cloudwatch:GetMetricWidgetImage':
    'people in a channel see alarms and graphs: AWS offers no narrower resource for graphs, and for a list of alarms only all',
  'cloudwatch:PutMetricData': 'AWS offers no narrower resource; the namespace is a condition',
  'ecr:GetAuthorizationToken': 'AWS offers no narrower resource for it',
  'ssmmessages:CreateControlChannel,ssmmessages:CreateDataChannel,ssmmessages:OpenControlChannel,ssmmessages:OpenDataChannel':
    'ECS Exec: AWS offers no narrower resource',
};

/** Values that appear as a whole or inside intrinsic functions. */
const text = (value: unknown) => JSON.stringify(value);

function statements(
  resources: readonly [string, Resource][],
): { owner: string; action: string; resource: unknown; principal: unknown; effect: string }[] {
  return resources.flatMap(([owner, { Properties }]) => {
    const documents = [
      Properties['PolicyDocument'],
      ...(Properties['Policies'] ?? []).map((policy: { PolicyDocument: unknown }) => policy.PolicyDocument),
    ];
    return documents
      .filter((document) => document !== undefined)
      .flatMap(
        ({
          Statement,
        }: {
          Statement: { Action: string | string[]; Resource: unknown; Principal?: unknown; Effect: string }[];
        }) =>
          Statement.map(({ Action, Resource: resource, Principal, Effect }) => ({
            owner,
            action: [Action].flat().join(),
            resource,
            principal: Principal,
            effect: Effect,
          })),
      );
  });
}

/** What every policy of a template that belongs to a role says. */
function identityStatements(template: Template): ReturnType<typeof statements> {
  const types = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'];
  return statements(types.flatMap((type) => ofType(template, type)));
}

describe.each(EVERY_PRESET)('preset %s', (name) => {
  const { template, config } = preset(name);

  test('allows no action by a wildcard', () => {
    const wide = identityStatements(template).filter(({ action }) => action.includes('*'));
    expect(wide.map(({ owner, action }) => `${owner}: ${action}`)).toEqual([]);
  });

  test('keeps every bucket private, encrypted and behind TLS', () => {
    const tlsOnly = ofType(template, 'AWS::S3::BucketPolicy').filter(([, policy]) =>
      text(policy).includes('"aws:SecureTransport":"false"'),
    );
    for (const [id, { Properties }] of ofType(template, 'AWS::S3::Bucket')) {
      expect(Properties['PublicAccessBlockConfiguration'], id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties['BucketEncryption'], id).toBeDefined();
      expect(
        tlsOnly.some(([, policy]) => text(policy.Properties['Bucket']).includes(id)),
        id,
      ).toBe(true);
    }
  });

  test('encrypts everything that is stored', () => {
    const encrypted: Readonly<Record<string, string>> = {
      'AWS::RDS::DBInstance': 'StorageEncrypted',
      'AWS::RDS::DBCluster': 'StorageEncrypted',
      'AWS::DocDB::DBCluster': 'StorageEncrypted',
      'AWS::EFS::FileSystem': 'Encrypted',
      'AWS::EC2::Volume': 'Encrypted',
      'AWS::ElastiCache::ReplicationGroup': 'AtRestEncryptionEnabled',
    };
    for (const [type, property] of Object.entries(encrypted)) {
      for (const [id, { Properties }] of ofType(template, type)) {
        // An instance of a cluster stores nothing itself.
        if (Properties['DBClusterIdentifier'] === undefined) expect(Properties[property], id).toBe(true);
      }
    }
    for (const [id, { Properties }] of ofType(template, 'AWS::EC2::Instance')) {
      expect(
        Properties['BlockDeviceMappings'].every((device: { Ebs: { Encrypted: boolean } }) => device.Ebs.Encrypted),
        id,
      ).toBe(true);
    }
  });

  test('opens nothing to the internet: CloudFront comes in privately', () => {
    const rules = ofType(template, 'AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
      (Properties['SecurityGroupIngress'] ?? []).map((rule: { CidrIp?: string }) => [id, rule.CidrIp]),
    );
    const ingress = ofType(template, 'AWS::EC2::SecurityGroupIngress').map(([id, { Properties }]) => [
      id,
      Properties['CidrIp'],
    ]);
    expect([...rules, ...ingress].filter(([, range]) => range === '0.0.0.0/0')).toEqual([]);
    expect(
      ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(([, { Properties }]) => Properties['Scheme']),
    ).not.toContain('internet-facing');
  });

  test('speaks TLS to every managed store', () => {
    for (const [, { Properties }] of ofType(template, 'AWS::RDS::DBParameterGroup'))
      expect(Properties['Parameters']['rds.force_ssl']).toBe('1');
    for (const [, { Properties }] of ofType(template, 'AWS::RDS::DBClusterParameterGroup'))
      expect(Properties['Parameters']['rds.force_ssl']).toBe('1');
    for (const [, { Properties }] of ofType(template, 'AWS::DocDB::DBClusterParameterGroup'))
      expect(Properties['Parameters'].tls).toBe('enabled');
    for (const [, { Properties }] of ofType(template, 'AWS::ElastiCache::ReplicationGroup'))
      expect(Properties).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' });
  });

  test('gives databases and balancers two zones or more', () => {
    for (const type of ['AWS::RDS::DBSubnetGroup', 'AWS::DocDB::DBSubnetGroup', 'AWS::ElastiCache::SubnetGroup']) {
      for (const [id, { Properties }] of ofType(template, type))
        expect(Properties['SubnetIds'].length, id).toBeGreaterThanOrEqual(2);
    }
    for (const [id, { Properties }] of ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer'))
      expect(Properties['Subnets'].length, id).toBeGreaterThanOrEqual(2);
  });

  test('runs functions on runtimes that AWS still lets people create', () => {
    const runtimes = ofType(template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties['Runtime'] as unknown,
    );
    for (const runtime of runtimes) {
      if (typeof runtime === 'string') expect(['python3.13', 'nodejs22.x', 'nodejs24.x']).toContain(runtime);
      // CDK's own functions take the newest Node of each region from a mapping.
      else expect(text(runtime)).toContain('LatestNodeRuntimeMap');
    }
  });

  test('asks secrets only for keys that somebody creates', () => {
    const secrets = new Map(ofType(template, 'AWS::SecretsManager::Secret'));
    const asked = [...text(template).matchAll(/\{"Ref":"(\w+)"\},":(\w+)::"/g)].map(
      ([, id = '', key = '']) => [id, key] as const,
    );
    for (const [id, key] of asked) {
      const generated = secrets.get(id)?.Properties['GenerateSecretString'];
      expect(
        [generated.GenerateStringKey, ...Object.keys(JSON.parse(generated.SecretStringTemplate) as object)],
        `${id}.${key}`,
      ).toContain(key);
    }
    if (config.mode === 'ecs') expect(asked.length).toBeGreaterThan(0);
  });

  test('keeps logs under /aws/librechat where it has the choice, for as long as the configuration says, and no longer than the stack', () => {
    for (const [id, { Properties, DeletionPolicy }] of ofType(template, 'AWS::Logs::LogGroup')) {
      // AWS WAF and functions of AWS write to groups of their own prefix only.
      expect(Properties['LogGroupName'], id).toMatch(
        /^(\/aws\/librechat\/LibreChatStack\/|aws-waf-logs-LibreChatStack$|\/aws\/lambda\/LibreChatStack-rotation-)/,
      );
      expect(Properties['RetentionInDays'], id).toBe(config.monitoring.logRetentionDays);
      expect(DeletionPolicy, id).toBe('Delete');
    }
  });

  test('tags everything with where it belongs', () => {
    const tags = text(ofType(template, 'AWS::EC2::VPC')[0]?.[1].Properties['Tags']);
    expect(tags).toContain('{"Key":"Application","Value":"LibreChat"}');
    expect(tags).toContain(`{"Key":"Environment","Value":"${config.environment}"}`);
  });

  test('stays below the sizes that CloudFormation accepts', () => {
    expect(text(template).length).toBeLessThan(1_000_000);
    expect(Object.keys(template.Resources).length).toBeLessThan(500);
    for (const [id, { Properties }] of ofType(template, 'AWS::SSM::Parameter'))
      expect(text(Properties['Value']).length, id).toBeLessThan(8192);
    for (const [id, { Properties }] of ofType(template, 'AWS::EC2::Instance'))
      expect(text(Properties['UserData']).length, id).toBeLessThan(16_384);
  });
});

test('lets no role do something to every resource without a listed reason, and lists no reason too many', () => {
  const shell = synthesize('production-ecs', { service: { executeCommand: true } });
  const mirror = synthesize('production-ecs', { imageRegistry: '111122223333.dkr.ecr.us-east-1.amazonaws.com/mirror' });
  const channel = synthesize('production-ecs', {
    monitoring: { slack: { workspaceId: 'T012ABCDEFG', channelId: 'C012AB3CD' } },
  });
  const open = [shell, mirror, channel, ...EVERY_PRESET.map((name) => preset(name))].flatMap(({ template }) =>
    identityStatements(template).filter(
      ({ resource, effect }) => effect === 'Allow' && [resource].flat().includes('*'),
    ),
  );
  expect([...new Set(open.map(({ action }) => action))].sort()).toEqual(Object.keys(WILDCARDS).sort());
});

test('opens only the port that plain HTTP asks for, and only to the listed ranges', () => {
  const { template } = synthesize('minimal-dev', {
    access: { type: 'http', allowedCidrs: ['192.0.2.0/24'] },
    network: { natGateways: 0, natType: 'gateway' },
  });
  const rules = ofType(template, 'AWS::EC2::SecurityGroup').flatMap(
    ([, { Properties }]) => Properties['SecurityGroupIngress'] ?? [],
  );
  expect(rules.map(({ CidrIp, FromPort, ToPort }: Record<string, unknown>) => ({ CidrIp, FromPort, ToPort }))).toEqual([
    { CidrIp: '192.0.2.0/24', FromPort: 80, ToPort: 80 },
  ]);
});

test('a network without NAT has none, not one', () => {
  const { template } = synthesize('production-ec2', {
    network: { natGateways: 0, interfaceEndpoints: ['secretsmanager'] },
    access: { type: 'http', allowedCidrs: ['192.0.2.0/24'] },
  });
  expect(ofType(template, 'AWS::EC2::NatGateway')).toEqual([]);
});

test('a subnet keeps its addresses when zones and NAT are added', () => {
  const cidrs = (changes: Parameters<typeof synthesize>[1]) =>
    new Map(
      ofType(synthesize('production-ec2', changes).template, 'AWS::EC2::Subnet').map(([id, { Properties }]) => [
        id,
        Properties['CidrBlock'] as string,
      ]),
    );
  const small = cidrs({
    network: { natGateways: 0, zones: 1, interfaceEndpoints: ['secretsmanager'] },
    access: { type: 'http', allowedCidrs: ['192.0.2.0/24'] },
  });
  const large = cidrs({ network: { natGateways: 3, zones: 3 } });
  expect(small.size).toBe(4);
  for (const [id, range] of small) expect(large.get(id), id).toBe(range);
});
