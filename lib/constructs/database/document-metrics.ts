import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { calculated, FIVE_MINUTES, MISSING, type Watched } from '../monitoring/watched.ts';

/** What DocumentDB tells of a cluster; of several instances the one that is worst off counts. */
export function documentMetrics(clusterIdentifier: string, instances: number): Watched[] {
  const cluster = (metricName: string, statistic: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/DocDB',
      metricName,
      dimensionsMap: { DBClusterIdentifier: clusterIdentifier },
      statistic,
      period: FIVE_MINUTES,
    });
  return [
    {
      id: 'DocumentsCpu',
      title: 'CPU of DocumentDB, %',
      metric: cluster('CPUUtilization', 'Maximum'),
      alarm: {
        threshold: 80,
        unit: '%',
        periods: 6,
        missing: MISSING.silenceIsOutage,
        meaning: 'DocumentDB has been busy for half an hour, or is gone; LibreChat gets slow everywhere',
        remedy: 'choose a larger documentStore.instanceClass',
      },
    },
    {
      id: 'DocumentsMemory',
      title: 'Operations that DocumentDB held back for want of memory',
      metric: cluster('LowMemNumOperationsThrottled', 'Sum'),
      alarm: {
        threshold: 1,
        unit: 'count',
        periods: 2,
        among: 3,
        missing: MISSING.toldElsewhere,
        meaning: 'DocumentDB has too little memory and makes operations wait',
        remedy: 'choose a larger documentStore.instanceClass',
      },
    },
    connections(cluster('DatabaseConnectionsMax', 'Maximum'), cluster('DatabaseConnectionsLimit', 'Minimum')),
    ...(instances > 1 ? [replicaLag(cluster('DBClusterReplicaLagMaximum', 'Maximum'))] : []),
  ];
}

function connections(used: cloudwatch.IMetric, allowed: cloudwatch.IMetric): Watched {
  return {
    id: 'DocumentsConnections',
    title: 'Connections to DocumentDB, % of its limit',
    metric: calculated('100 * used / allowed', { used, allowed }, 'used'),
    alarm: {
      threshold: 80,
      unit: '%',
      periods: 3,
      missing: MISSING.toldElsewhere,
      meaning: 'connections run out; further ones are refused',
      remedy: 'lower service.librechat.maxTasks, or choose a larger documentStore.instanceClass',
    },
  };
}

function replicaLag(metric: cloudwatch.IMetric): Watched {
  return {
    id: 'DocumentsLag',
    title: 'Lag of the replicas of DocumentDB, ms',
    metric,
    alarm: {
      threshold: 1000,
      unit: 'ms',
      periods: 3,
      missing: MISSING.toldElsewhere,
      meaning: 'replicas are a second or more behind; one that takes over would first have to catch up',
      remedy: 'look at the CPU of DocumentDB: writes outrun the replicas',
    },
  };
}
