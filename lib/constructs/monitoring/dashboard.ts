import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { CLOUDFRONT_REGION } from '../../../config/regions.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { PRICE_DATE } from '../../utils/model-prices.ts';
import type { Watched } from './watched.ts';

const WIDTH = 24;
const GRAPH_WIDTH = 8;

/** What a dashboard is made of. */
export interface DashboardProps {
  readonly config: DeploymentConfig;
  readonly watched: readonly Watched[];

  /** Alarms to show, the one that says it all first; none where the configuration has none. */
  readonly alarms: readonly cloudwatch.IAlarm[];
}

/**
 * One page that answers three questions in this order: is it well, who uses it, what does it cost.
 *
 * @returns its address
 */
export function createDashboard(scope: Construct, { config, watched, alarms }: DashboardProps): string {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { dashboardName: config.stackName });
  const answers = (question: Watched['answers']) =>
    watched.filter((one) => (one.answers ?? 'well') === question).map(graph);
  const isFelt = ({ alarm }: Watched) => alarm?.felt === true;
  const well = watched.filter(({ answers = 'well' }) => answers === 'well');
  dashboard.addWidgets(text('# Is it well?'));
  if (alarms.length > 0) {
    dashboard.addWidgets(
      new cloudwatch.AlarmStatusWidget({
        title: 'Alarms; what to do: docs/RUNBOOK.md',
        alarms: [...alarms],
        width: WIDTH,
        height: 4,
      }),
    );
  }
  dashboard.addWidgets(...well.filter(isFelt).map(graph));
  dashboard.addWidgets(...well.filter((one) => !isFelt(one)).map(graph));
  dashboard.addWidgets(text('# Who uses it?'));
  dashboard.addWidgets(...answers('use'));
  dashboard.addWidgets(text(costs(config)));
  dashboard.addWidgets(...answers('cost'), accountCharges());
  const { region } = Stack.of(scope);
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards:name=${config.stackName}`;
}

function graph({ title, metric, beside = [], alarm }: Watched): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title,
    left: [metric, ...beside],
    width: GRAPH_WIDTH,
    leftAnnotations: alarm === undefined ? [] : [{ value: alarm.threshold, label: 'alarm' }],
    liveData: true,
  });
}

function costs({ models, monitoring, stackName }: DeploymentConfig): string {
  const budget =
    monitoring.monthlyBudgetUsd === undefined
      ? 'No budget is set.'
      : `The budget is ${monitoring.monthlyBudgetUsd} USD a month for what carries the tag Deployment=${stackName}.`;
  const tokens = models.bedrock.enabled
    ? `Tokens are those of the whole account in ${models.bedrock.region ?? 'this region'}, without cached ones, at prices of ${PRICE_DATE}; a model without a known price is missing. They carry no tag.`
    : 'Tokens of other providers are on their own bills.';
  return `# What does it cost?\n${tokens} ${budget}`;
}

/** AWS publishes charges in one region, for the account as a whole, and only where billing alerts are switched on. */
function accountCharges(): cloudwatch.GraphWidget {
  const charges = new cloudwatch.Metric({
    namespace: 'AWS/Billing',
    metricName: 'EstimatedCharges',
    dimensionsMap: { Currency: 'USD' },
    statistic: 'Maximum',
    period: Duration.hours(6),
    region: CLOUDFRONT_REGION,
  });
  return new cloudwatch.GraphWidget({
    title: `Charges of the whole account this month, USD (in ${CLOUDFRONT_REGION}, where billing alerts are on)`,
    left: [charges],
    width: GRAPH_WIDTH,
  });
}

function text(markdown: string): cloudwatch.TextWidget {
  return new cloudwatch.TextWidget({ markdown, width: WIDTH, height: markdown.includes('\n') ? 2 : 1 });
}
