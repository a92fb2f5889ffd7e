import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';

/** Tag by which AWS tells the costs of this deployment from others, once it is activated for billing. */
const COST_TAG = 'Deployment';

/** When a budget writes: what has been spent, and what the month will come to. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

/** A budget of what carries this deployment's tag, told to the topic, or to the mailbox where there is none. */
export function monthlyBudget(scope: Construct, config: DeploymentConfig, topic: sns.ITopic | undefined): void {
  const { monthlyBudgetUsd, alertEmail } = config.monitoring;
  if (monthlyBudgetUsd === undefined) return;
  const subscribers =
    topic === undefined
      ? [{ subscriptionType: 'EMAIL', address: alertEmail ?? '' }]
      : [{ subscriptionType: 'SNS', address: topic.topicArn }];
  new budgets.CfnBudget(scope, 'Budget', {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${COST_TAG}$${config.stackName}`] },
    },
    notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers,
    })),
  });
}
