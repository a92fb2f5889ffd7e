import { expect, test } from 'vitest';
import type { PartialConfig } from '../../../config/schema.ts';
import { ofType, preset, synthesize } from '../../helpers/deployments.ts';

const SLACK = { workspaceId: 'T012ABCDEFG', channelId: 'C012AB3CD' };
const TEAMS = {
  tenantId: '11111111-2222-3333-4444-555555555555',
  teamId: '66666666-7777-8888-9999-000000000000',
  channelId: '19%3ab6ef35dc342d56ba5654e6fc6d25a071%40thread.tacv2',
};

const resources = (type: string, monitoring: PartialConfig['monitoring'] = {}) =>
  ofType(synthesize('production-ecs', { monitoring }).template, type).map(([, { Properties }]) => Properties);

interface Statement {
  readonly Sid?: string;
  readonly Principal: { readonly Service?: unknown };
  readonly Action: unknown;
  readonly Condition?: unknown;
}
const statements = (properties: Readonly<Record<string, unknown>> | undefined, document: string): Statement[] =>
  (properties?.[document] as { Statement: Statement[] }).Statement;

test('the topic is encrypted with a key that CloudWatch and Budgets may use, and takes nothing from other accounts', () => {
  const { template } = preset('production-ecs');
  const [[keyId, key] = ['', undefined]] = ofType(template, 'AWS::KMS::Key');
  expect(ofType(template, 'AWS::SNS::Topic')[0]?.[1].Properties['KmsMasterKeyId']).toEqual({
    'Fn::GetAtt': [keyId, 'Arn'],
  });
  const users = statements(key?.Properties, 'KeyPolicy').map(({ Principal, Action }) => [Principal.Service, Action]);
  expect(users).toEqual(
    expect.arrayContaining([
      ['cloudwatch.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey*']],
      ['budgets.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey*']],
    ]),
  );
  const publishers = statements(ofType(template, 'AWS::SNS::TopicPolicy')[0]?.[1].Properties, 'PolicyDocument').filter(
    ({ Action, Principal }) => Action === 'sns:Publish' && Principal.Service !== undefined,
  );
  expect(publishers.map(({ Principal }) => Principal.Service)).toEqual([
    'cloudwatch.amazonaws.com',
    'budgets.amazonaws.com',
  ]);
  for (const { Condition } of publishers)
    expect(Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
});

test('the mailbox, Slack and Teams get what the topic gets', () => {
  const topic = { Ref: expect.stringMatching(/^MonitoringAlerts/) as string };
  expect(resources('AWS::SNS::Subscription', { alertEmail: 'ops@example.com' })).toEqual([
    { Endpoint: 'ops@example.com', Protocol: 'email', TopicArn: topic },
  ]);
  expect(resources('AWS::Chatbot::SlackChannelConfiguration', { slack: SLACK })).toMatchObject([
    { SlackWorkspaceId: SLACK.workspaceId, SlackChannelId: SLACK.channelId, SnsTopicArns: [topic] },
  ]);
  expect(resources('AWS::Chatbot::MicrosoftTeamsChannelConfiguration', { teams: TEAMS })).toMatchObject([
    { TeamsTenantId: TEAMS.tenantId, TeamId: TEAMS.teamId, TeamsChannelId: TEAMS.channelId, SnsTopicArns: [topic] },
  ]);
});

test('people in a channel may see alarms and graphs, and nothing else, by role and by guardrail', () => {
  const { template } = synthesize('production-ecs', { monitoring: { slack: SLACK } });
  const [[policyId, policy] = ['', undefined]] = ofType(template, 'AWS::IAM::ManagedPolicy');
  const actions = statements(policy?.Properties, 'PolicyDocument').flatMap(({ Action }) => Action);
  expect(actions).toEqual([
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:GetMetricStatistics',
    'cloudwatch:GetMetricWidgetImage',
  ]);
  const channel = ofType(template, 'AWS::Chatbot::SlackChannelConfiguration')[0]?.[1].Properties;
  expect(channel?.['GuardrailPolicies']).toEqual([{ Ref: policyId }]);
  const role = ofType(template, 'AWS::IAM::Role').find(([, { Properties }]) =>
    JSON.stringify(Properties).includes('chatbot.amazonaws.com'),
  );
  expect(role?.[1].Properties['ManagedPolicyArns']).toEqual([{ Ref: policyId }]);
  expect(role?.[1].Properties['Policies']).toBeUndefined();
});

test('a budget counts what carries the tag of the deployment, and writes at 80 % and for a forecast of all of it', () => {
  const [budget] = resources('AWS::Budgets::Budget', { monthlyBudgetUsd: 500, alertEmail: 'ops@example.com' });
  expect(budget).toMatchObject({
    Budget: {
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 500, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:Deployment$LibreChatStack'] },
    },
    NotificationsWithSubscribers: [
      { Notification: { NotificationType: 'ACTUAL', Threshold: 80, ThresholdType: 'PERCENTAGE' } },
      { Notification: { NotificationType: 'FORECASTED', Threshold: 100, ThresholdType: 'PERCENTAGE' } },
    ],
  });
  expect(JSON.stringify(budget)).toContain('"SubscriptionType":"SNS"');
});

test('a budget without alarms writes to the mailbox', () => {
  const { template } = synthesize('minimal-dev', {
    monitoring: { monthlyBudgetUsd: 40, alertEmail: 'me@example.com' },
  });
  expect(JSON.stringify(ofType(template, 'AWS::Budgets::Budget'))).toContain(
    '"Subscribers":[{"Address":"me@example.com","SubscriptionType":"EMAIL"}]',
  );
  expect(ofType(template, 'AWS::SNS::Topic')).toEqual([]);
});

test('the one that says it all is bad as soon as a part is that people feel', () => {
  const [composite] = resources('AWS::CloudWatch::CompositeAlarm');
  const rule = JSON.stringify(composite?.['AlarmRule']);
  for (const part of ['ServerErrors', 'BalancerErrors', 'SlowAnswers', 'NoHealthyHost', 'BrokenAnswers'])
    expect(rule).toMatch(new RegExp(`"Monitoring${part}[0-9A-F]{8}"`));
  expect(rule.match(/ OR /g)).toHaveLength(4);
  expect(composite?.['OKActions']).toEqual(composite?.['AlarmActions']);
});
