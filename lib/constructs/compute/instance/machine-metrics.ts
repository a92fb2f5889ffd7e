import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { AlarmRule, Watched } from '../../monitoring/watched.ts';
import { AGENT_METRICS } from './agent.ts';

const PERIOD = Duration.minutes(5);

/** What tells whether the machine is well: EC2's own metrics, and those of the agent that `boot.sh` starts. */
export function machineMetrics(instanceId: string): Watched[] {
  const ec2 = (metricName: string, statistic: string, period = PERIOD) =>
    new cloudwatch.Metric({
      namespace: 'AWS/EC2',
      metricName,
      dimensionsMap: { InstanceId: instanceId },
      statistic,
      period,
    });
  const agent = (metricName: string, dimensions: Record<string, string> = {}) =>
    new cloudwatch.Metric({
      namespace: AGENT_METRICS.namespace,
      metricName,
      dimensionsMap: { InstanceId: instanceId, ...dimensions },
      statistic: 'Maximum',
      period: PERIOD,
    });
  const disk = (path: string) => agent(AGENT_METRICS.disk, { path, fstype: AGENT_METRICS.fileSystem });
  return [
    {
      id: 'MachineCheck',
      title: 'Failed checks of the machine',
      metric: ec2('StatusCheckFailed', 'Maximum', Duration.minutes(1)),
      alarm: {
        threshold: 1,
        periods: 5,
        missingIsBad: true,
        meaning: 'the machine is not well or stopped',
        remedy: 'reboot it; its data is on a volume of its own',
      },
    },
    {
      id: 'MachineCpu',
      title: 'CPU of the machine, %',
      metric: ec2('CPUUtilization', 'Average'),
      alarm: {
        threshold: 90,
        periods: 6,
        meaning: 'the machine has been busy for half an hour',
        remedy: 'choose a larger instance.type',
      },
    },
    {
      id: 'MachineMemory',
      title: 'Memory of the machine, %',
      metric: agent(AGENT_METRICS.memory),
      alarm: { threshold: 90, periods: 3, meaning: 'memory runs out', remedy: 'choose a larger instance.type' },
    },
    {
      id: 'RootDisk',
      title: 'System disk, %',
      metric: disk(AGENT_METRICS.diskPaths.root),
      alarm: full('instance.rootVolumeGiB'),
    },
    {
      id: 'DataDisk',
      title: 'Data disk, %',
      metric: disk(AGENT_METRICS.diskPaths.data),
      alarm: full('instance.dataVolumeGiB'),
    },
  ];
}

function full(setting: string): AlarmRule {
  return { threshold: 85, periods: 2, meaning: 'a disk fills up', remedy: `raise ${setting}` };
}
