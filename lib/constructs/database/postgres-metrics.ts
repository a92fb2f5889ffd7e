import * as rds from 'aws-cdk-lib/aws-rds';
import { memoryGiB } from '../../utils/instance-memory.ts';
import { FIVE_MINUTES, MISSING, type Watched } from '../monitoring/watched.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** PostgreSQL on RDS and Aurora allows a connection for so many bytes of memory. */
const BYTES_PER_CONNECTION = 9_531_392;
const MOST_CONNECTIONS = 5000;

/** What Aurora allows at the most where its least capacity is 0 or 0.5 ACU, however far it may grow. */
const MOST_FROM_LITTLE = 2000;

/** Part of the connections, of what the formula gives, that is free of the system's own share of the memory. */
const CONNECTIONS_SHARE = 0.7;

/** Below a tenth of free storage RDS makes it larger; below this it has not, for it is as large as it may be. */
const FREE_STORAGE_SHARE = 0.05;
const FREE_MEMORY_SHARE = 0.05;

const AVERAGE = { statistic: 'Average', period: FIVE_MINUTES } as const;
const LEAST = { statistic: 'Minimum', period: FIVE_MINUTES } as const;
const MOST = { statistic: 'Maximum', period: FIVE_MINUTES } as const;

/** What an instance of RDS tells of itself. */
export function instanceMetrics(
  instance: rds.DatabaseInstance,
  settings: { readonly instanceClass: string; readonly storageGiB: number },
): Watched[] {
  const memory = memoryGiB(settings.instanceClass);
  return [
    cpu(instance.metricCPUUtilization(AVERAGE)),
    {
      id: 'VectorsStorage',
      title: 'Free storage of PostgreSQL, bytes',
      metric: instance.metricFreeStorageSpace(LEAST),
      alarm: {
        threshold: settings.storageGiB * FREE_STORAGE_SHARE * GIB,
        unit: 'bytes',
        below: true,
        periods: 2,
        missing: MISSING.toldElsewhere,
        meaning: 'storage runs out: it is as large as it may grow by itself',
        remedy: 'raise vectorStore.maxStorageGiB',
      },
    },
    ...(memory === undefined
      ? []
      : [
          {
            id: 'VectorsMemory',
            title: 'Free memory of PostgreSQL, bytes',
            metric: instance.metricFreeableMemory(LEAST),
            alarm: {
              threshold: Math.round(memory * FREE_MEMORY_SHARE * 1024) * MIB,
              unit: 'bytes',
              below: true,
              periods: 3,
              missing: MISSING.toldElsewhere,
              meaning: 'memory runs out; PostgreSQL swaps, then restarts',
              remedy: 'choose a larger vectorStore.instanceClass',
            },
          } satisfies Watched,
          connections(instance.metricDatabaseConnections(MOST), memory),
        ]),
  ];
}

/** What a cluster of Aurora tells of itself. Its storage grows without a limit that matters, its memory with its capacity. */
export function auroraMetrics(
  cluster: rds.DatabaseCluster,
  { minAcu, maxAcu }: { readonly minAcu: number; readonly maxAcu: number },
): Watched[] {
  return [
    cpu(cluster.metricCPUUtilization(AVERAGE)),
    {
      id: 'VectorsCapacity',
      title: 'Capacity of Aurora in use, % of vectorStore.maxAcu',
      metric: cluster.metricACUUtilization(AVERAGE),
      alarm: {
        threshold: 95,
        unit: '%',
        periods: 3,
        missing: MISSING.pausedIsWell,
        meaning: 'Aurora has grown to its limit and can grow no further',
        remedy: 'raise vectorStore.maxAcu',
      },
    },
    // Two GiB for each unit of capacity.
    connections(
      cluster.metricDatabaseConnections(MOST),
      maxAcu * 2,
      minAcu <= 0.5 ? MOST_FROM_LITTLE : MOST_CONNECTIONS,
    ),
  ];
}

function cpu(metric: Watched['metric']): Watched {
  return {
    id: 'VectorsCpu',
    title: 'CPU of PostgreSQL, %',
    metric,
    alarm: {
      threshold: 80,
      unit: '%',
      periods: 6,
      missing: MISSING.pausedIsWell,
      meaning: 'PostgreSQL has been busy for half an hour; questions to documents get slow',
      remedy: 'choose a larger vectorStore',
    },
  };
}

function connections(metric: Watched['metric'], memory: number, limit = MOST_CONNECTIONS): Watched {
  const most = Math.min(limit, (memory * GIB) / BYTES_PER_CONNECTION);
  return {
    id: 'VectorsConnections',
    title: 'Connections to PostgreSQL',
    metric,
    alarm: {
      threshold: Math.floor(most * CONNECTIONS_SHARE),
      unit: 'count',
      periods: 3,
      missing: MISSING.pausedIsWell,
      meaning: 'connections run out; further ones are refused',
      remedy: 'run fewer tasks of the RAG API, or choose a larger vectorStore',
    },
  };
}
