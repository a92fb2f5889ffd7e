import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Ec2Config } from '../../../../config/schema.ts';
import { FIVE_MINUTES, MISSING, type AlarmRule, type Watched } from '../../monitoring/watched.ts';
import { AGENT_METRICS, APPLICATION_METRICS } from './agent.ts';

const MINUTE = Duration.minutes(1);

/** What tells whether the machine is well: EC2's own metrics, and those of the agent that `boot.sh` starts. */
export function machineMetrics(instanceId: string, config: Ec2Config): Watched[] {
  const ec2 = (metricName: string, statistic: string, period = FIVE_MINUTES) =>
    new cloudwatch.Metric({
      namespace: 'AWS/EC2',
      metricName,
      dimensionsMap: { InstanceId: instanceId },
      statistic,
      period,
    });
  const credits = ec2('CPUSurplusCreditsCharged', 'Sum', Duration.hours(1));
  return [
    {
      id: 'MachineCheck',
      title: 'Failed checks of the hardware',
      metric: ec2('StatusCheckFailed_System', 'Maximum', MINUTE),
      alarm: HARDWARE,
    },
    {
      id: 'MachineHung',
      title: 'Failed checks of the system',
      metric: ec2('StatusCheckFailed_Instance', 'Maximum', MINUTE),
      alarm: HUNG,
    },
    { id: 'MachineCpu', title: 'CPU of the machine, %', metric: ec2('CPUUtilization', 'Average'), alarm: BUSY },
    ...(/^t\d/.test(config.instance.type)
      ? [{ id: 'MachineCredits', title: 'CPU credits that are paid for', metric: credits, alarm: CREDITS }]
      : []),
    ...agentMetrics(instanceId),
    ...(config.monitoring.applicationMetrics ? applicationMetrics(config.stackName) : []),
  ];
}

function agentMetrics(instanceId: string): Watched[] {
  const agent = (metricName: string, dimensions: Record<string, string> = {}) =>
    new cloudwatch.Metric({
      namespace: AGENT_METRICS.namespace,
      metricName,
      dimensionsMap: { InstanceId: instanceId, ...dimensions },
      statistic: 'Maximum',
      period: FIVE_MINUTES,
    });
  const disk = (path: string) => agent(AGENT_METRICS.disk, { path, fstype: AGENT_METRICS.fileSystem });
  const { diskPaths } = AGENT_METRICS;
  return [
    { id: 'MachineMemory', title: 'Memory of the machine, %', metric: agent(AGENT_METRICS.memory), alarm: MEMORY },
    { id: 'RootDisk', title: 'System disk, %', metric: disk(diskPaths.root), alarm: full('instance.rootVolumeGiB') },
    { id: 'DataDisk', title: 'Data disk, %', metric: disk(diskPaths.data), alarm: full('instance.dataVolumeGiB') },
  ];
}

/** What LibreChat tells of itself at /metrics. */
function applicationMetrics(stackName: string): Watched[] {
  const metric = (metricName: string, statistic: string, dimensions: Record<string, string> = {}) =>
    new cloudwatch.Metric({
      namespace: APPLICATION_METRICS.namespace,
      metricName,
      dimensionsMap: { [APPLICATION_METRICS.label]: stackName, ...dimensions },
      statistic,
      period: FIVE_MINUTES,
      ...(dimensions['result'] === undefined ? {} : { label: dimensions['result'] }),
    });
  const jobs = (result: string) => metric('generation_jobs_total', 'Sum', { result });
  return [
    {
      id: 'EventLoopLag',
      title: 'Lag of the event loop of LibreChat, p99 in seconds',
      metric: metric('nodejs_eventloop_lag_p99_seconds', 'Maximum'),
    },
    {
      id: 'AnswersByResult',
      title: 'Answers by result',
      metric: jobs('completed'),
      beside: [jobs('aborted'), jobs('error')],
      answers: 'use',
    },
    {
      id: 'AnswersInFlight',
      title: 'Answers being written',
      metric: metric('generation_jobs_in_flight', 'Maximum'),
      answers: 'use',
    },
  ];
}

const HARDWARE: AlarmRule = {
  threshold: 1,
  unit: 'count',
  periods: 2,
  missing: MISSING.toldElsewhere,
  action: 'recover',
  meaning: 'the hardware under the machine fails; EC2 moves the machine to other hardware by itself',
  remedy: 'wait ten minutes; if it does not come back, stop and start it: its data is on a volume of its own',
};

const HUNG: AlarmRule = {
  threshold: 1,
  unit: 'count',
  periods: 5,
  missing: MISSING.toldElsewhere,
  action: 'reboot',
  meaning: 'the system of the machine does not answer; EC2 reboots it by itself',
  remedy: 'if it does not come back, look at its screen and log in the console of EC2',
};

const BUSY: AlarmRule = {
  threshold: 90,
  unit: '%',
  periods: 6,
  missing: MISSING.toldElsewhere,
  meaning: 'the machine has been busy for half an hour; answers begin late',
  remedy: 'choose a larger instance.type',
};

const CREDITS: AlarmRule = {
  threshold: 1,
  unit: 'count',
  periods: 3,
  missing: MISSING.toldElsewhere,
  meaning: 'the machine works more than its type includes, and has paid for it for three hours',
  remedy: 'choose an instance.type that does not begin with t, such as m7g.large: it is cheaper under such load',
};

const MEMORY: AlarmRule = {
  threshold: 90,
  unit: '%',
  periods: 3,
  missing: MISSING.toldElsewhere,
  meaning: 'memory runs out; Linux then ends a process',
  remedy: 'choose a larger instance.type',
};

function full(setting: string): AlarmRule {
  return {
    threshold: 85,
    unit: '%',
    periods: 2,
    missing: MISSING.toldElsewhere,
    meaning: 'a disk fills up; databases stop when it is full',
    remedy: `raise ${setting}`,
  };
}
