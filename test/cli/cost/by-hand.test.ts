import { expect, test } from 'vitest';
import { readPriceBook } from '../../../cli/cost/price-book.ts';
import { estimateOf, lineOf } from './templates.ts';

// The arithmetic is written out, with the prices of the book of 2026-11-23: a refreshed book changes both.
const HOURS = 730;

test('charges Fargate tasks by vCPU, memory and hours, from the least tasks to a quarter of the room above', () => {
  const bill = estimateOf({
    Task: [
      'AWS::ECS::TaskDefinition',
      {
        Cpu: '1024',
        Memory: '2048',
        RuntimePlatform: { CpuArchitecture: 'ARM64' },
        RequiresCompatibilities: ['FARGATE'],
      },
    ],
    Service: ['AWS::ECS::Service', { TaskDefinition: { Ref: 'Task' }, LaunchType: 'FARGATE' }],
    Target: [
      'AWS::ApplicationAutoScaling::ScalableTarget',
      {
        MinCapacity: 2,
        MaxCapacity: 6,
        ResourceId: { 'Fn::Join': ['', ['service/x/', { 'Fn::GetAtt': ['Service', 'Name'] }]] },
      },
    ],
  });

  // 2 tasks x 1 vCPU x 730 hours x $0.03238 = $47.27; with 2 + 0.25 x (6 - 2) = 3 tasks $70.91
  const vcpu = lineOf(bill, 'Fargate vCPU, arm');
  expect([vcpu.low, vcpu.high]).toEqual([expect.closeTo(47.2748, 4), expect.closeTo(70.9122, 4)]);
  // 2 tasks x 2 GB x 730 hours x $0.00356 = $10.40; with 3 tasks $15.59
  const memory = lineOf(bill, 'Fargate memory, arm');
  expect([memory.low, memory.high]).toEqual([expect.closeTo(10.3952, 4), expect.closeTo(15.5928, 4)]);
});

test('charges a Multi-AZ database for machine and storage', () => {
  const bill = estimateOf({
    Database: [
      'AWS::RDS::DBInstance',
      {
        Engine: 'postgres',
        DBInstanceClass: 'db.t4g.small',
        MultiAZ: true,
        AllocatedStorage: '20',
        StorageType: 'gp3',
      },
    ],
  });

  // 730 hours x $0.065 = $47.45
  expect(lineOf(bill, 'RDS db.t4g.small, Multi-AZ').high).toBeCloseTo(HOURS * 0.065, 6);
  expect(lineOf(bill, 'RDS db.t4g.small, Multi-AZ').high).toBeCloseTo(47.45, 6);
  // 20 GB x $0.23 = $4.60
  expect(lineOf(bill, 'RDS gp3, Multi-AZ').low).toBeCloseTo(4.6, 6);
});

test('charges NAT by the hour and by what people send through it', () => {
  const bill = estimateOf(
    { Nat: ['AWS::EC2::NatGateway', { ConnectivityType: 'public' }] },
    { usage: { users: 100, messages: 500, providerKb: [40, 200], natBaseGb: [1, 5] } },
  );

  // 730 hours x $0.045 = $32.85
  expect(lineOf(bill, 'NAT gateway').low).toBeCloseTo(32.85, 6);
  // 1 GB + 100 x 500 x 40 KB = 3 GB, x $0.045 = $0.135; 5 GB + 100 x 500 x 200 KB = 15 GB, x $0.045 = $0.675
  const data = lineOf(bill, 'data through NAT');
  expect([data.low, data.high]).toEqual([expect.closeTo(0.135, 6), expect.closeTo(0.675, 6)]);
});

test('leaves out what an account has free at the low end only, once for all lines of a price', () => {
  const alarm = (name: string): [string, object] => ['AWS::CloudWatch::Alarm', { MetricName: name, Period: 60 }];
  const alarms = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`Alarm${index}`, alarm(`M${index}`)]));
  const bill = estimateOf({
    ...alarms,
    Math: ['AWS::CloudWatch::Alarm', { Metrics: [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a+b' }] }],
  });

  // 12 alarms of one metric and one of two: (12 - 10 free) x $0.10 and 2 x $0.10, to 14 x $0.10
  expect(bill.total).toEqual([expect.closeTo(0.4, 6), expect.closeTo(1.4, 6)]);
});

test('makes a range of a price that is not well founded, and says so', () => {
  const bill = estimateOf({
    Task: ['AWS::ECS::TaskDefinition', { Cpu: 1024, Memory: 2048 }],
    Service: [
      'AWS::ECS::Service',
      {
        TaskDefinition: { Ref: 'Task' },
        DesiredCount: 1,
        CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
      },
    ],
  });

  // 730 hours x $0.04048 x 0.32 (Spot, unverified) = $9.456, 20 % either way: $7.565 to $11.347
  const spot = lineOf(bill, 'Fargate Spot vcpu, x86');
  expect([spot.low, spot.high]).toEqual([expect.closeTo(7.565, 3), expect.closeTo(11.3474, 3)]);
  expect(spot).toMatchObject({ confidence: 'low', formula: { margin: 0.2 } });
});

test('charges tokens apart, from the cheapest model to the dearest', () => {
  const models = 'global.anthropic.claude-haiku-4-5-20251001-v1:0,global.anthropic.claude-sonnet-4-5-20250929-v1:0';
  const Environment = [{ Name: 'BEDROCK_AWS_MODELS', Value: models }];
  const bill = estimateOf(
    { Task: ['AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Environment }] }] },
    { usage: { users: 10, messages: 100, inputTokens: 2000, outputTokens: 500 } },
  );

  // 1,000 messages: 2 M tokens read x $1 + 0.5 M written x $5 = $4.50 with Haiku; x $3 and x $15 = $13.50 with Sonnet
  expect(bill.tokens.total).toEqual([expect.closeTo(4.5, 6), expect.closeTo(13.5, 6)]);
  expect(bill.total).toEqual([0, 0]);
});

test('computes every line as its formula says', () => {
  const bill = estimateOf({
    Vault: ['AWS::SecretsManager::Secret'],
    Other: ['AWS::SecretsManager::Secret'],
    Site: ['AWS::CloudFront::Distribution'],
    Volume: ['AWS::EC2::Volume', { VolumeType: 'gp3', Size: 100, Iops: 4000, Throughput: 250 }],
  });
  for (const { formula, low, high } of bill.items) {
    const { count, factors, unitPrice, unitSize, free } = formula;
    const units = factors.reduce(([a, b], factor) => [a! * factor.low, b! * factor.high], [count, count]);
    expect(low).toBeCloseTo((Math.max(0, units[0]! - free) / unitSize) * unitPrice, 9);
    expect(high).toBeCloseTo((units[1]! / unitSize) * unitPrice, 9);
  }
  // 2 x $0.40; 100 GB x $0.08 + 1,000 IOPS x $0.005 + 125 MiB/s x $0.04
  expect(lineOf(bill, 'secret')).toMatchObject({ low: 0.8, logicalIds: ['Vault', 'Other'] });
  expect(bill.items.filter(({ service }) => service === 'EBS').reduce((sum, { low }) => sum + low, 0)).toBeCloseTo(
    18,
    6,
  );
});

test('says for each line how good its price is, where from and of when', () => {
  const { items } = estimateOf({ Secret: ['AWS::SecretsManager::Secret'] });
  const { sources, prices } = readPriceBook();
  const { date, source } = prices['AWSSecretsManager/secret']!.regions['us-east-1']!;
  expect(items[0]).toMatchObject({ confidence: 'high', date, source: sources[source] });
});
