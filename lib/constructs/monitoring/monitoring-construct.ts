import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Ec2Action, Ec2InstanceAction, SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Aspects, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { modelMetrics } from '../compute/model-metrics.ts';
import { operationsKey } from '../security/operations-key.ts';
import { alertTopic } from './alerts.ts';
import { monthlyBudget } from './budget.ts';
import { createDashboard } from './dashboard.ts';
import { logWatch, saveQueries } from './log-watch.ts';
import { type AlarmRule, isWatched, type Watched } from './watched.ts';

/** Properties for {@link MonitoringConstruct}. */
export interface MonitoringConstructProps {
  readonly config: DeploymentConfig;

  /** What is watched: each part of the stack says it itself. */
  readonly watched: readonly Watched[];

  /** Log group of LibreChat. */
  readonly logGroup: logs.ILogGroup;
}

const EC2_ACTIONS = { recover: Ec2InstanceAction.RECOVER, reboot: Ec2InstanceAction.REBOOT } as const;

/** Alarms that write to people, saved queries of the log, a dashboard, a budget. */
export class MonitoringConstruct extends Construct {
  /** Undefined unless the configuration asks for a dashboard. */
  readonly dashboardUrl: string | undefined;

  constructor(scope: Construct, id: string, { config, watched: parts, logGroup }: MonitoringConstructProps) {
    super(scope, id);
    const { monitoring } = config;
    this.keepLogs(monitoring);
    saveQueries(this, config, logGroup);
    const topic = monitoring.alarms ? alertTopic(this, config) : undefined;
    monthlyBudget(this, config, topic);
    const watched = isWatched(config) ? [...parts, ...logWatch(this, config, logGroup), ...modelMetrics(config)] : [];
    const alarms = topic === undefined ? [] : this.createAlarms(watched, topic);
    this.dashboardUrl = monitoring.dashboard ? createDashboard(this, { config, watched, alarms }) : undefined;
  }

  /** All log groups of the stack, also those that are made while it is synthesized. */
  private keepLogs({ logRetentionDays, encryptLogs }: DeploymentConfig['monitoring']): void {
    const key = encryptLogs ? operationsKey(this) : undefined;
    Aspects.of(Stack.of(this)).add({
      visit: (node) => {
        if (!(node instanceof logs.CfnLogGroup)) return;
        node.retentionInDays = logRetentionDays;
        node.kmsKeyId ??= key?.keyArn;
      },
    });
  }

  private createAlarms(watched: readonly Watched[], topic: sns.ITopic): cloudwatch.AlarmBase[] {
    const felt: cloudwatch.Alarm[] = [];
    const others: cloudwatch.Alarm[] = [];
    for (const { id, metric, alarm: rule } of watched) {
      if (rule === undefined) continue;
      const alarm = new cloudwatch.Alarm(this, id, { metric, ...alarmProps(id, rule) });
      if (rule.action !== undefined) alarm.addAlarmAction(new Ec2Action(EC2_ACTIONS[rule.action]));
      (rule.felt === true ? felt : others).push(alarm);
    }
    const unwell = new cloudwatch.CompositeAlarm(this, 'Unwell', {
      alarmDescription: 'LibreChat is unwell: people feel it now. docs/RUNBOOK.md begins with what to look at',
      alarmRule: cloudwatch.AlarmRule.anyOf(
        ...felt.map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)),
      ),
    });
    const action = new SnsAction(topic);
    unwell.addAlarmAction(action);
    unwell.addOkAction(action);
    for (const alarm of others) alarm.addAlarmAction(action);
    return [unwell, ...felt, ...others];
  }
}

/** Section of docs/RUNBOOK.md on an alarm; several of the same kind have numbers, and one section. */
export function runbookSection(id: string): string {
  return id
    .replace(/\d+$/, '')
    .replaceAll(/(?<=.)([A-Z])/g, '-$1')
    .toLowerCase();
}

/** The limit in words: CloudWatch knows no units of it. */
function limit({ threshold, unit, below, periods, among = periods }: AlarmRule): string {
  const inUnit = unit === 'bytes' ? `${Math.round(threshold / 1024 ** 2)} MiB` : `${threshold} ${unit}`;
  const times = among === periods ? `${periods} in a row` : `${periods} of ${among}`;
  return `${below === true ? 'below' : 'from'} ${inUnit.replace(' count', '')}, ${times}`;
}

function alarmProps(id: string, rule: AlarmRule): Omit<cloudwatch.AlarmProps, 'metric'> {
  return {
    alarmDescription: `${rule.meaning}. Limit: ${limit(rule)}. What to do: ${rule.remedy} (docs/RUNBOOK.md#${runbookSection(id)})`,
    threshold: rule.threshold,
    comparisonOperator:
      rule.below === true
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: rule.among ?? rule.periods,
    datapointsToAlarm: rule.periods,
    treatMissingData: rule.missing.isBad
      ? cloudwatch.TreatMissingData.BREACHING
      : cloudwatch.TreatMissingData.NOT_BREACHING,
  };
}
