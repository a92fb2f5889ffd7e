import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { awsOptions } from '../../../cli/aws-clients.ts';
import { explainFailure } from '../../../cli/deploy/failure.ts';
import { SECRETS } from '../secrets.ts';

const logs = mockClient(CloudWatchLogsClient);
const aws = awsOptions({ AWS_REGION: 'us-east-1' });
beforeEach(() => {
  logs.reset();
  logs.on(DescribeLogGroupsCommand).resolves({
    logGroups: [{ logGroupName: '/aws/librechat/Chat/librechat' }, { logGroupName: '/aws/librechat/Chat/flow-logs' }],
  });
});
afterAll(() => {
  logs.restore();
});

const failed = (ResourceStatusReason = 'ECS Deployment Circuit Breaker was triggered.') => ({
  StackId: 'arn:chat',
  EventId: '1',
  StackName: 'Chat',
  Timestamp: new Date(0),
  LogicalResourceId: 'Service',
  ResourceType: 'AWS::ECS::Service',
  ResourceStatusReason,
});

const written = (...messages: string[]): FilteredLogEvent[] =>
  messages.map((message, timestamp) => ({ message, timestamp }));

test('tells the last lines, which are on the last page', async () => {
  logs
    .on(FilterLogEventsCommand)
    .resolvesOnce({ events: written('booting'), nextToken: 'more' })
    .resolvesOnce({ events: [], nextToken: 'even more' })
    .resolves({ events: written('MongoServerError: refused') });
  expect((await explainFailure(failed(), 'Chat', aws)).log).toEqual(['booting', 'MongoServerError: refused']);
  expect(logs.commandCalls(FilterLogEventsCommand).map(({ args: [{ input }] }) => input.logGroupName)).toEqual(
    Array(3).fill('/aws/librechat/Chat/librechat'),
  );
});

test.each(SECRETS)('tells no $kind of a log or a reason', async ({ text, secret }) => {
  logs.on(FilterLogEventsCommand).resolves({ events: written(...text.split('\n')) });
  const { log, reason } = await explainFailure(failed(text), 'Chat', aws);
  expect([log.join('\n'), reason].filter((told) => told.includes(secret))).toEqual([]);
});

test('names the stack in what it advises', async () => {
  logs.on(FilterLogEventsCommand).resolves({});
  const remedies = ['Queue already exists', 'broken in a new way'].map((reason) =>
    explainFailure(failed(reason), 'Chat', aws),
  );
  for (const { remedy } of await Promise.all(remedies)) expect(remedy).toContain('--stack Chat');
});
