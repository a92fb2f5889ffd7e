import { AGENT_METRICS } from '../../lib/constructs/compute/instance/agent.ts';
import { serviceOf } from '../inspect/ask.ts';
import type { Owned } from '../inspect/lineage.ts';
import { sizeSetting } from './compute.ts';

/** A part with what its metrics are measured by. */
export interface Part extends Owned {
  /** Class of a database server, such as `db.t4g.medium`. */
  readonly serverClass: string;
  /** Bytes of a database server; undefined where that is not known. */
  readonly memory: number | undefined;
}

/** Values at which a part has the wrong size. */
interface Limits {
  /** Too small, when one hour of twenty has as much. */
  readonly tight?: number;
  /** Too small, when one hour of twenty has as little. */
  readonly scarce?: number;
  /** Too large, when nineteen hours of twenty have less. */
  readonly idle?: number;
  /** What the metric is told in percent of: a number, or another metric of the part. Undefined: as it is. */
  readonly whole?: ((part: Part) => number | undefined) | string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

type Setting = string | ((part: Part, isTight: boolean) => string);
type Statistic = 'Average' | 'Maximum' | 'Minimum' | 'Sum';

/** A metric that tells whether a part has the right size. */
export type SizeRule = readonly [about: string, metric: string, statistic: Statistic, limits: Limits, setting: Setting];

/** Parts of one kind and their metrics. */
export interface SizedKind {
  readonly isOf: (part: Part) => boolean;
  readonly namespace: string;
  readonly dimensions: (id: string) => Readonly<Record<string, string>>;
  readonly rules: readonly SizeRule[];
}

const ofServer = (id: string) => ({ DBInstanceIdentifier: id });
const ofMachine = (id: string) => ({ InstanceId: id });
const isServerless = ({ serverClass }: Part) => serverClass === 'db.serverless';
/** Instances that do NAT are of the network. */
const isMachine = ({ type, logicalId }: Part) => type === 'AWS::EC2::Instance' && logicalId.startsWith('Compute');

/** Bytes of memory for each connection that PostgreSQL allows. Source: default of max_connections in RDS. */
const BYTES_A_CONNECTION = 9_531_392;
const postgresConnections = ({ memory = 0 }: Part) => memory / BYTES_A_CONNECTION;

const databaseRules = (setting: string, connections: Limits['whole']): readonly SizeRule[] => [
  ['CPU, %', 'CPUUtilization', 'Average', { tight: 75, idle: 4 }, setting],
  ['free memory, %', 'FreeableMemory', 'Minimum', { whole: ({ memory }) => memory, scarce: 8 }, setting],
  ['connections, % of those allowed', 'DatabaseConnections', 'Maximum', { whole: connections, tight: 80 }, setting],
];

/** One process of LibreChat uses one core: more tasks carry more, larger ones do not. */
const taskCpu = (part: Part, isTight: boolean) =>
  isTight && sizeSetting(part) === 'service.librechat' ? 'service.librechat.maxTasks' : `${sizeSetting(part)}.cpu`;
const taskMemory = (part: Part) => `${sizeSetting(part)}.memoryMiB`;

const disk = (name: 'root' | 'data'): SizeRule => {
  const dimensions = { path: AGENT_METRICS.diskPaths[name], fstype: AGENT_METRICS.fileSystem };
  return [
    `${name} disk used, %`,
    AGENT_METRICS.disk,
    'Maximum',
    { tight: 80, dimensions },
    `instance.${name}VolumeGiB`,
  ];
};

export const SIZED_KINDS: readonly SizedKind[] = [
  {
    isOf: ({ type }) => type === 'AWS::ECS::Service',
    namespace: 'AWS/ECS',
    dimensions: (id) => ({ ClusterName: serviceOf(id).cluster, ServiceName: serviceOf(id).service }),
    rules: [
      ['CPU of the tasks, %', 'CPUUtilization', 'Average', { tight: 75, idle: 3 }, taskCpu],
      ['memory of the tasks, %', 'MemoryUtilization', 'Maximum', { tight: 85, idle: 25 }, taskMemory],
    ],
  },
  {
    isOf: (part) => part.type === 'AWS::RDS::DBInstance' && !isServerless(part),
    namespace: 'AWS/RDS',
    dimensions: ofServer,
    rules: databaseRules('vectorStore.instanceClass', postgresConnections),
  },
  {
    isOf: (part) => part.type === 'AWS::RDS::DBInstance' && isServerless(part),
    namespace: 'AWS/RDS',
    dimensions: ofServer,
    rules: [['capacity, % of the most', 'ACUUtilization', 'Maximum', { tight: 95 }, 'vectorStore.maxAcu']],
  },
  {
    isOf: ({ type }) => type === 'AWS::DocDB::DBInstance',
    namespace: 'AWS/DocDB',
    dimensions: ofServer,
    rules: databaseRules('documentStore.instanceClass', 'DatabaseConnectionsLimit'),
  },
  {
    isOf: ({ type }) => type === 'AWS::ElastiCache::ReplicationGroup',
    namespace: 'AWS/ElastiCache',
    // The first node, by the name that ElastiCache gives it.
    dimensions: (id) => ({ CacheClusterId: `${id}-001` }),
    rules: [
      ['memory, %', 'DatabaseMemoryUsagePercentage', 'Maximum', { tight: 75 }, 'redis.nodeType'],
      ['entries thrown out an hour', 'Evictions', 'Sum', { tight: 1 }, 'redis.nodeType'],
    ],
  },
  {
    isOf: isMachine,
    namespace: 'AWS/EC2',
    dimensions: ofMachine,
    rules: [
      ['CPU, %', 'CPUUtilization', 'Average', { tight: 75 }, 'instance.type'],
      ['CPU credits', 'CPUCreditBalance', 'Minimum', { scarce: 5 }, 'instance.type'],
    ],
  },
  {
    isOf: isMachine,
    namespace: AGENT_METRICS.namespace,
    dimensions: ofMachine,
    rules: [
      ['memory, %', AGENT_METRICS.memory, 'Maximum', { tight: 90, idle: 30 }, 'instance.type'],
      disk('root'),
      disk('data'),
    ],
  },
];
