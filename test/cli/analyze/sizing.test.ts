import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { DescribeInstanceTypesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sizing } from '../../../cli/analyze/sizing.ts';
import { daysAgo, look, now, remedies, type Resources } from './looking.ts';

const cloudWatch = mockClient(CloudWatchClient);
const ec2 = mockClient(EC2Client);
const rds = mockClient(RDSClient);
const mocks = [cloudWatch, ec2, rds];
beforeEach(() => {
  for (const mock of mocks) mock.reset();
});
afterAll(() => {
  for (const mock of mocks) mock.restore();
});

const HOURS = 14 * 24;
const MEBIBYTE = 2 ** 20;

/** What publishes metrics, by namespace and values of the dimensions. */
const PUBLISHED = [
  ...['AWS/ECS cluster chat', 'AWS/RDS db-1', 'AWS/DocDB docs-1', 'AWS/ElastiCache cache-001', 'AWS/EC2 i-1'],
  ...['LibreChat/Machine i-1', 'LibreChat/Machine i-1 / xfs', 'LibreChat/Machine i-1 /data xfs'],
];

/** Answers with one value for every hour of a metric; metrics of which nothing is said have no data. */
function measured(values: Readonly<Record<string, number>>, hours = HOURS) {
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataCommandInput) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
      const { Namespace = '', MetricName = '', Dimensions = [] } = MetricStat?.Metric ?? {};
      const path = Dimensions.find(({ Name }) => Name === 'path')?.Value ?? '';
      const isPublished = PUBLISHED.includes([Namespace, ...Dimensions.map(({ Value }) => Value)].join(' '));
      const value = isPublished ? values[MetricName + path] : undefined;
      return { Id, Values: value === undefined ? [] : Array.from({ length: hours }, () => value) };
    }),
  }));
}

function server(DBInstanceClass: string, gibibytes = 4) {
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ DBInstanceClass }] });
  const InstanceType = DBInstanceClass.replace('db.', '') as 't4g.medium';
  ec2
    .on(DescribeInstanceTypesCommand)
    .resolves({ InstanceTypes: [{ InstanceType, MemoryInfo: { SizeInMiB: gibibytes * 1024 } }] });
}

const task = (logicalId: string): Resources => ({
  [logicalId]: ['ECS::Service', 'arn:aws:ecs:r:1:service/cluster/chat'],
});
const librechat = task('ComputeLibreChatService1');
const rag = task('ComputeRagApiService1');
const postgres: Resources = { DatabaseVectorsInstance: ['RDS::DBInstance', 'db-1'] };
const documents: Resources = { DatabaseDocumentsInstance1: ['DocDB::DBInstance', 'docs-1'] };
const cache: Resources = { DatabaseCache: ['ElastiCache::ReplicationGroup', 'cache'] };
const machine: Resources = { ComputeMachine: ['EC2::Instance', 'i-1'] };

const MEDIUM = { FreeableMemory: 1000 * MEBIBYTE, DatabaseConnectionsLimit: 500 };

describe('parts that are too small', () => {
  test.each<[string, Resources, Record<string, number>, string]>([
    ['CPU of LibreChat', librechat, { CPUUtilization: 80 }, 'service.librechat.maxTasks'],
    ['CPU of the RAG API', rag, { CPUUtilization: 80 }, 'service.ragApi.cpu'],
    ['memory of the RAG API', rag, { MemoryUtilization: 90 }, 'service.ragApi.memoryMiB'],
    ['CPU of PostgreSQL', postgres, { ...MEDIUM, CPUUtilization: 90 }, 'vectorStore.instanceClass'],
    ['memory of PostgreSQL', postgres, { FreeableMemory: 100 * MEBIBYTE }, 'vectorStore.instanceClass'],
    ['connections of PostgreSQL', postgres, { DatabaseConnections: 440 }, 'vectorStore.instanceClass'],
    ['CPU of DocumentDB', documents, { ...MEDIUM, CPUUtilization: 90 }, 'documentStore.instanceClass'],
    ['memory of DocumentDB', documents, { FreeableMemory: 100 * MEBIBYTE }, 'documentStore.instanceClass'],
    ['connections of DocumentDB', documents, { ...MEDIUM, DatabaseConnections: 440 }, 'documentStore.instanceClass'],
    ['memory of Valkey', cache, { DatabaseMemoryUsagePercentage: 80 }, 'redis.nodeType'],
    ['evictions of Valkey', cache, { Evictions: 3 }, 'redis.nodeType'],
    ['CPU of the machine', machine, { CPUUtilization: 80 }, 'instance.type'],
    ['credits of the machine', machine, { CPUCreditBalance: 0 }, 'instance.type'],
    ['memory of the machine', machine, { mem_used_percent: 95 }, 'instance.type'],
    ['system disk', machine, { 'disk_used_percent/': 85 }, 'instance.rootVolumeGiB'],
    ['data disk', machine, { 'disk_used_percent/data': 85 }, 'instance.dataVolumeGiB'],
  ])('are a warning with the setting: %s', async (_, resources, values, setting) => {
    server('db.t4g.medium');
    measured(values);
    expect((await look(sizing, resources)).map(([severity]) => severity)).toEqual(['warning']);
    expect(await remedies(sizing, resources)).toEqual([expect.stringMatching(`^set a larger ${setting} and deploy`)]);
  });

  test('of Aurora are told by its capacity alone', async () => {
    server('db.serverless');
    measured({ ACUUtilization: 100, CPUUtilization: 99 });
    expect(await look(sizing, postgres)).toEqual([
      [
        'warning',
        'DatabaseVectorsInstance',
        'too small: capacity, % of the most: 100 or more in one hour of twenty, in 14 days',
      ],
    ]);
    expect(await remedies(sizing, postgres)).toEqual([expect.stringContaining('vectorStore.maxAcu')]);
  });
});

describe('parts of the right size', () => {
  test.each<[string, Resources, Record<string, number>]>([
    ['LibreChat', librechat, { CPUUtilization: 40, MemoryUtilization: 60 }],
    ['PostgreSQL', postgres, { ...MEDIUM, CPUUtilization: 30, DatabaseConnections: 300 }],
    ['DocumentDB', documents, { ...MEDIUM, CPUUtilization: 30, DatabaseConnections: 300 }],
    ['Valkey', cache, { DatabaseMemoryUsagePercentage: 20, Evictions: 0 }],
    [
      'machine',
      machine,
      {
        ...{ CPUUtilization: 30, CPUCreditBalance: 500, mem_used_percent: 60 },
        ...{ 'disk_used_percent/': 40, 'disk_used_percent/data': 40 },
      },
    ],
  ])('are not told: %s', async (_, resources, values) => {
    server('db.t4g.large');
    measured(values);
    expect(await look(sizing, resources)).toEqual([]);
  });

  test('are those that were busy for a few hours only', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ Id: 'm0', Values: Array.from({ length: HOURS }, (_, hour) => (hour < 10 ? 99 : 30)) }],
    });
    expect(await look(sizing, librechat)).toEqual([]);
  });

  test('are all of which a day or a week is not yet known', async () => {
    measured({ CPUUtilization: 99 }, 23);
    expect(await look(sizing, librechat)).toEqual([]);
    measured({ MemoryUtilization: 1, CPUUtilization: 30 }, 167);
    expect(await look(sizing, librechat)).toEqual([]);
  });

  test('are machines of the network, and servers of a class that nobody knows', async () => {
    measured({ CPUUtilization: 99 });
    expect(await look(sizing, { NetworkNat: ['EC2::Instance', 'i-2'] })).toEqual([]);
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ DBInstanceClass: 'db.new.huge' }] });
    ec2.on(DescribeInstanceTypesCommand).resolves({ InstanceTypes: [] });
    measured({ FreeableMemory: 1, DatabaseConnections: 5000 });
    expect(await look(sizing, postgres)).toEqual([]);
  });
});

describe('parts that are too large', () => {
  test.each<[string, Resources, Record<string, number>, string]>([
    ['CPU of LibreChat', librechat, { CPUUtilization: 1, MemoryUtilization: 60 }, 'service.librechat.cpu'],
    ['memory of LibreChat', librechat, { CPUUtilization: 30, MemoryUtilization: 10 }, 'service.librechat.memoryMiB'],
    ['PostgreSQL', postgres, { ...MEDIUM, CPUUtilization: 1 }, 'vectorStore.instanceClass'],
    ['DocumentDB', documents, { ...MEDIUM, CPUUtilization: 1 }, 'documentStore.instanceClass'],
    ['machine', machine, { mem_used_percent: 20 }, 'instance.type'],
  ])('are told with the setting: %s', async (_, resources, values, setting) => {
    server('db.t4g.large');
    measured(values);
    expect((await look(sizing, resources)).map(([severity]) => severity)).toEqual(['info']);
    expect(await remedies(sizing, resources)).toEqual([expect.stringMatching(`^set a smaller ${setting} and deploy`)]);
  });

  test('are none of the smallest class', async () => {
    server('db.t4g.micro');
    measured({ CPUUtilization: 1 });
    expect(await look(sizing, postgres)).toEqual([]);
  });
});

test('all metrics of the last 14 days are asked for at once, hour by hour', async () => {
  measured({});
  await look(sizing, { ...librechat, ...cache });
  const asked = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args: [{ input }] }) => input);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ StartTime: daysAgo(14), EndTime: now });
  const stats = asked[0]?.MetricDataQueries?.map(({ MetricStat }) => MetricStat);
  const metric = (Namespace: string, MetricName: string, dimensions: Record<string, string>) => ({
    Namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  });
  expect(stats).toContainEqual({
    Metric: metric('AWS/ElastiCache', 'DatabaseMemoryUsagePercentage', { CacheClusterId: 'cache-001' }),
    ...{ Period: 3600, Stat: 'Maximum' },
  });
  expect(stats).toContainEqual({
    Metric: metric('AWS/ECS', 'CPUUtilization', { ClusterName: 'cluster', ServiceName: 'chat' }),
    ...{ Period: 3600, Stat: 'Average' },
  });
});
