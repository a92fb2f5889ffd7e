import { describe, expect, test } from 'vitest';
import type { LineItem } from '../../../cli/cost/estimate.ts';
import { estimateOf, lineOf } from './templates.ts';

const HOURS = 730;
const NO_ONE = { users: 0, gb: 0, scaling: 0 };
const sum = (items: readonly LineItem[], service: string) =>
  items.filter((item) => item.service === service).reduce((total, { high }) => total + high, 0);

describe('public addresses', () => {
  const subnet = (isPublic: boolean): [string, object] => ['AWS::EC2::Subnet', { MapPublicIpOnLaunch: isPublic }];
  const machine = (properties: object): [string, object] => [
    'AWS::EC2::Instance',
    { InstanceType: 't4g.nano', ...properties },
  ];
  const SubnetId = { Ref: 'Subnet' };

  test.each([
    ['of an Elastic IP', { Address: ['AWS::EC2::EIP'] }, 1],
    ['of a machine in a subnet that gives them', { Subnet: subnet(true), Machine: machine({ SubnetId }) }, 1],
    [
      'of a machine that asks for one',
      { Machine: machine({ NetworkInterfaces: [{ AssociatePublicIpAddress: true }] }) },
      1,
    ],
    [
      'of no machine that declines',
      {
        Subnet: subnet(true),
        Machine: machine({ NetworkInterfaces: [{ SubnetId, AssociatePublicIpAddress: false }] }),
      },
      0,
    ],
    ['of no machine in a private subnet', { Subnet: subnet(false), Machine: machine({ SubnetId }) }, 0],
    [
      'of a machine with an Elastic IP, once',
      {
        Subnet: subnet(true),
        Machine: machine({ SubnetId }),
        Address: ['AWS::EC2::EIP', { InstanceId: { Ref: 'Machine' } }],
      },
      1,
    ],
    [
      'of a balancer, one a zone',
      { Balancer: ['AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: ['a', 'b', 'c'] }] },
      3,
    ],
    [
      'of no internal balancer',
      { Balancer: ['AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Subnets: ['a', 'b'] }] },
      0,
    ],
    [
      'of tasks in public subnets',
      {
        Task: ['AWS::ECS::TaskDefinition', { Cpu: '256', Memory: '512' }],
        Service: [
          'AWS::ECS::Service',
          {
            LaunchType: 'FARGATE',
            DesiredCount: 2,
            TaskDefinition: { Ref: 'Task' },
            NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED' } },
          },
        ],
      },
      2,
    ],
  ] as const)('are counted %s', (_, resources, addresses) => {
    expect(sum(estimateOf(resources).items, 'IPv4 addresses')).toBeCloseTo(addresses * HOURS * 0.005, 6);
  });
});

describe('traffic to browsers', () => {
  const usage = { users: 1000, messages: 1000, trafficKb: 100 };
  const site: [string] = ['AWS::CloudFront::Distribution'];
  const balancer: [string, object] = ['AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: ['a'] }];

  test('leaves through CloudFront where there is one', () => {
    const { items } = estimateOf({ Site: site, Balancer: balancer }, { usage });
    expect(lineOf({ items }, 'data to browsers').high).toBeCloseTo(100 * 0.085, 6);
    expect(items.map(({ what }) => what)).not.toContain('traffic to browsers');
  });

  test('is charged to the balancer otherwise', () => {
    expect(lineOf(estimateOf({ Balancer: balancer }, { usage }), 'traffic to browsers').high).toBeCloseTo(
      100 * 0.09,
      6,
    );
  });

  test('is charged to a machine that is reached by an Elastic IP', () => {
    const machine: [string, object] = ['AWS::EC2::Instance', { InstanceType: 't4g.nano', SubnetId: 'subnet-1' }];
    const resources = (address: [string, object]) => ({ Machine: machine, Address: address });
    const reached = estimateOf(resources(['AWS::EC2::EIPAssociation', { InstanceId: { Ref: 'Machine' } }]), { usage });
    expect(lineOf(reached, 'traffic to browsers').high).toBeCloseTo(100 * 0.09, 6);
    const apart = estimateOf(resources(['AWS::EC2::EIP', {}]), { usage });
    expect(apart.items.map(({ what }) => what)).not.toContain('traffic to browsers');
  });

  test('has the price of the place: CloudFront is dearer in Japan', () => {
    const { items } = estimateOf({ Site: site }, { usage, region: 'ap-northeast-1' });
    expect(lineOf({ items }, 'data to browsers').high).toBeCloseTo(100 * 0.114, 6);
  });

  test('takes no NAT to models that have an endpoint', () => {
    const nat: [string] = ['AWS::EC2::NatGateway'];
    const endpoint: [string, object] = [
      'AWS::EC2::VPCEndpoint',
      { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.bedrock-runtime', SubnetIds: ['a', 'b'] },
    ];
    const apart = estimateOf({ Nat: nat }, { usage });
    const both = estimateOf({ Nat: nat, Endpoint: endpoint }, { usage });
    expect(lineOf(both, 'data through NAT').high).toBeLessThan(lineOf(apart, 'data through NAT').high);
    expect(lineOf(both, 'data through endpoints').high).toBeCloseTo(1e6 * 200e-6 * 0.01, 6);
    expect(lineOf(both, 'interface endpoint').high).toBeCloseTo(2 * HOURS * 0.01, 6);
  });
});

describe('databases', () => {
  const serverless = (MinCapacity: number, readers = 0) =>
    ({
      Cluster: [
        'AWS::RDS::DBCluster',
        { Engine: 'aurora-postgresql', ServerlessV2ScalingConfiguration: { MinCapacity, MaxCapacity: 8 } },
      ],
      ...Object.fromEntries(
        Array.from({ length: 1 + readers }, (_, index) => [
          `Instance${index}`,
          [
            'AWS::RDS::DBInstance',
            { DBInstanceClass: 'db.serverless', Engine: 'aurora-postgresql', DBClusterIdentifier: { Ref: 'Cluster' } },
          ] as const,
        ]),
      ),
    }) as const;

  test('Aurora Serverless runs between least and most capacity, each instance by itself', () => {
    const line = lineOf(estimateOf(serverless(0.5, 1)), 'Aurora Serverless, 0.5 to 8 ACU');
    // 2 x 0.5 ACU x 730 hours x $0.12; 2 x (0.5 + 0.25 x 7.5) ACU
    expect([line.low, line.high]).toEqual([expect.closeTo(87.6, 6), expect.closeTo(416.1, 6)]);
  });

  test('Aurora at 0 ACU costs nothing but storage while nobody comes', () => {
    const bill = estimateOf(serverless(0), { usage: NO_ONE });
    expect(lineOf(bill, 'Aurora Serverless, 0 to 8 ACU')).toMatchObject({ low: 0, high: 0 });
    expect(lineOf(bill, 'Aurora storage').low).toBeGreaterThan(0);
  });

  test('DocumentDB is charged by instance, and for what months of chats take', () => {
    const bill = estimateOf(
      {
        Cluster: ['AWS::DocDB::DBCluster', { BackupRetentionPeriod: 7 }],
        One: ['AWS::DocDB::DBInstance', { DBInstanceClass: 'db.r6g.large' }],
        Two: ['AWS::DocDB::DBInstance', { DBInstanceClass: 'db.r6g.large' }],
      },
      { usage: { users: 100, messages: 1000, storedKb: 10, months: 10, clusterBaseGb: 1 } },
    );
    expect(lineOf(bill, 'DocumentDB db.r6g.large').high).toBeCloseTo(2 * HOURS * 0.26315, 6);
    // 1 GB + 100 x 1,000 x 10 KB x 10 months = 11 GB
    expect(lineOf(bill, 'DocumentDB storage').high).toBeCloseTo(11 * 0.1, 6);
  });

  test.each([
    [{ NumCacheClusters: 3 }, 3],
    [{ NumNodeGroups: 2, ReplicasPerNodeGroup: 1 }, 4],
    [{}, 1],
  ])('a cache with %j has %d nodes', (properties, nodes) => {
    const bill = estimateOf({
      Cache: [
        'AWS::ElastiCache::ReplicationGroup',
        { Engine: 'valkey', CacheNodeType: 'cache.t4g.micro', ...properties },
      ],
    });
    expect(lineOf(bill, 'cache.t4g.micro, valkey').high).toBeCloseTo(nodes * HOURS * 0.0128, 6);
  });
});

describe('what guards and watches', () => {
  test.each([
    ['a web ACL with its rules', { Acl: ['AWS::WAFv2::WebACL', { Rules: [{}, {}, {}] }] }, 'WAF', 5 + 3],
    ['a customer key', { Key: ['AWS::KMS::Key'] }, 'KMS', 1],
    ['a dashboard', { Board: ['AWS::CloudWatch::Dashboard'] }, 'CloudWatch', 3],
    ['an alarm that looks every ten seconds', { Alarm: ['AWS::CloudWatch::Alarm', { Period: 10 }] }, 'CloudWatch', 0.3],
    ['a composite alarm', { Alarm: ['AWS::CloudWatch::CompositeAlarm'] }, 'CloudWatch', 0.5],
    ['an advanced parameter', { Parameter: ['AWS::SSM::Parameter', { Tier: 'Advanced' }] }, 'Systems Manager', 0.05],
    ['a private zone of Cloud Map', { Zone: ['AWS::ServiceDiscovery::PrivateDnsNamespace'] }, 'Route 53', 0.5],
    [
      'metrics out of logs',
      { Filter: ['AWS::Logs::MetricFilter', { MetricTransformations: [{}, {}] }] },
      'CloudWatch',
      0.6,
    ],
    [
      'Container Insights of a cluster with one service',
      {
        Cluster: ['AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }] }],
        Service: ['AWS::ECS::Service', { LaunchType: 'EC2' }],
      },
      'CloudWatch',
      2 * 25 * 0.3,
    ],
    [
      'Config, by what changes',
      { Recorder: ['AWS::Config::ConfigurationRecorder'], Rule: ['AWS::Config::ConfigRule'] },
      'Config',
      2 * 0.003 + 2 * 0.001,
    ],
    ['GuardDuty, by events and flow logs', { Detector: ['AWS::GuardDuty::Detector'] }, 'GuardDuty', 2 * 4 + 5 * 1],
  ] as const)('%s', (_, resources, service, usd) => {
    expect(sum(estimateOf(resources, { usage: NO_ONE }).items, service)).toBeCloseTo(usd, 6);
  });

  test('data events of a trail, by requests to S3', () => {
    const EventSelectors = [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::b/'] }] }];
    const usage = { users: 100, messages: 1000, s3Requests: 1 };
    expect(
      lineOf(
        estimateOf({ Trail: ['AWS::CloudTrail::Trail', { EventSelectors }] }, { usage }),
        'data events of CloudTrail',
      ).high,
    ).toBeCloseTo(0.2, 6);
    expect(estimateOf({ Trail: ['AWS::CloudTrail::Trail', {}] }).unpriced).toMatchObject([{ isFree: true }]);
  });

  test('logs, kept longer, cost more; flow logs are those of their group', () => {
    const group = (days?: number) =>
      estimateOf({ Group: ['AWS::Logs::LogGroup', days === undefined ? {} : { RetentionInDays: days }] }).total[1];
    expect(group(30)).toBeLessThan(group(365));
    expect(group(365)).toBeLessThanOrEqual(group());
    const flows = estimateOf(
      { Group: ['AWS::Logs::LogGroup'], Flow: ['AWS::EC2::FlowLog', { LogGroupName: { Ref: 'Group' } }] },
      { usage: { ...NO_ONE, flowLogBaseGb: 8 } },
    );
    expect(lineOf(flows, 'logs taken in').high).toBeCloseTo(8 * 0.5, 6);
  });

  test('backups by what they hold, how long, and where else they are copied', () => {
    const plan = (rule: object) =>
      ({
        Data: ['AWS::EC2::Volume', { Size: 100, VolumeType: 'gp3' }],
        Plan: [
          'AWS::Backup::BackupPlan',
          { BackupPlan: { BackupPlanRule: [{ Lifecycle: { DeleteAfterDays: 30 }, ...rule }] } },
        ],
        Selection: [
          'AWS::Backup::BackupSelection',
          {
            BackupPlanId: { 'Fn::GetAtt': ['Plan', 'BackupPlanId'] },
            BackupSelection: { Resources: [{ 'Fn::Join': ['', ['arn:', { Ref: 'Data' }]] }] },
          },
        ],
      }) as const;
    const usage = { volumeUsed: 0.5, dailyChange: 0.01 };
    const alone = estimateOf(plan({}), { usage });
    // 100 GB x 0.5 in use x (1 + 0.01 x 30 days) x $0.05
    expect(lineOf(alone, 'backups of volumes').high).toBeCloseTo(3.25, 6);
    const copied = estimateOf(plan({ CopyActions: [{}] }), { usage });
    expect(lineOf(copied, 'copies of backups of volumes').high).toBeCloseTo(3.25, 6);
    expect(lineOf(copied, 'copies of backups, sent').high).toBeCloseTo(65 * 0.02, 6);
  });
});
