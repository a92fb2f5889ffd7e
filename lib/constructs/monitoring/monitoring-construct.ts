import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import type { Watched } from './watched.ts';

/** Properties for {@link MonitoringConstruct}. */
export interface MonitoringConstructProps {
  readonly config: DeploymentConfig;

  /** What is watched: each part of the stack says it itself. */
  readonly watched: readonly Watched[];
}

/** Alarms that write to a mailbox, and a dashboard. */
export class MonitoringConstruct extends Construct {
  /** Undefined unless the configuration asks for a dashboard. */
  readonly dashboardUrl: string | undefined;

  constructor(scope: Construct, id: string, { config, watched }: MonitoringConstructProps) {
    super(scope, id);
    if (config.monitoring.alarms) this.createAlarms(config, watched);
    this.dashboardUrl = config.monitoring.dashboard ? this.createDashboard(config, watched) : undefined;
  }

  private createAlarms({ monitoring }: DeploymentConfig, watched: readonly Watched[]): void {
    const topic = new sns.Topic(this, 'Alerts', { displayName: 'LibreChat alarms', enforceSSL: true });
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (monitoring.alertEmail !== undefined) topic.addSubscription(new EmailSubscription(monitoring.alertEmail));
    for (const { id, metric, alarm } of watched) {
      if (alarm === undefined) continue;
      new cloudwatch.Alarm(this, id, {
        metric,
        alarmDescription: `${alarm.meaning}. What to do: ${alarm.remedy}.`,
        threshold: alarm.threshold,
        comparisonOperator:
          alarm.below === true
            ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
            : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: alarm.periods,
        treatMissingData:
          alarm.missingIsBad === true
            ? cloudwatch.TreatMissingData.BREACHING
            : cloudwatch.TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    }
  }

  private createDashboard({ stackName }: DeploymentConfig, watched: readonly Watched[]): string {
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: stackName });
    dashboard.addWidgets(
      ...watched.map(({ title, metric }) => new cloudwatch.GraphWidget({ title, left: [metric], width: 8 })),
    );
    const { region } = Stack.of(this);
    return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards:name=${stackName}`;
  }
}
