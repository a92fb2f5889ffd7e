import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { operationsKey } from '../security/operations-key.ts';

/** The topic that alarms and the budget write to, and who reads it: a mailbox, a channel of Slack or Teams. */
export function alertTopic(scope: Construct, config: DeploymentConfig): sns.Topic {
  const topic = new sns.Topic(scope, 'Alerts', {
    displayName: 'LibreChat alarms',
    enforceSSL: true,
    masterKey: operationsKey(scope),
  });
  for (const service of ['cloudwatch', 'budgets']) {
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: service === 'cloudwatch' ? 'AlarmsMayPublish' : 'BudgetsMayPublish',
        principals: [new iam.ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    );
  }
  const { alertEmail, slack, teams } = config.monitoring;
  if (alertEmail !== undefined) topic.addSubscription(new EmailSubscription(alertEmail));
  if (slack === undefined && teams === undefined) return topic;
  const channel = {
    configurationName: config.stackName,
    snsTopicArns: [topic.topicArn],
    ...channelRights(scope),
    loggingLevel: 'ERROR',
  };
  if (slack !== undefined) {
    new chatbot.CfnSlackChannelConfiguration(scope, 'Slack', {
      ...channel,
      slackWorkspaceId: slack.workspaceId,
      slackChannelId: slack.channelId,
    });
  }
  if (teams !== undefined) {
    new chatbot.CfnMicrosoftTeamsChannelConfiguration(scope, 'Teams', {
      ...channel,
      configurationName: `${config.stackName}-teams`,
      teamsTenantId: teams.tenantId,
      teamId: teams.teamId,
      teamsChannelId: teams.channelId,
    });
  }
  return topic;
}

/**
 * What a channel may ask of AWS: to see the alarms and their graphs.
 *
 * The same policy is role and guardrail: without a guardrail of ours a channel gets that of administrators.
 */
function channelRights(scope: Construct): { iamRoleArn: string; guardrailPolicies: string[] } {
  const policy = new iam.ManagedPolicy(scope, 'ChannelPolicy', {
    description: 'What people may ask in a channel: alarms and their graphs',
    statements: [
      new iam.PolicyStatement({
        sid: 'SeeAlarms',
        actions: [
          'cloudwatch:DescribeAlarms',
          'cloudwatch:GetMetricData',
          'cloudwatch:GetMetricStatistics',
          'cloudwatch:GetMetricWidgetImage',
        ],
        resources: ['*'],
      }),
    ],
  });
  const role = new iam.Role(scope, 'ChannelRole', {
    assumedBy: new iam.ServicePrincipal('chatbot.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    managedPolicies: [policy],
  });
  return { iamRoleArn: role.roleArn, guardrailPolicies: [policy.managedPolicyArn] };
}
