import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { awsOptions } from '../../../cli/aws-clients.ts';
import { COLLECTORS, LEFT_OUT } from '../../../cli/support/collectors.ts';
import { stack } from '../analyze/looking.ts';

const logs = mockClient(CloudWatchLogsClient);
const ecs = mockClient(ECSClient);
const cloudWatch = mockClient(CloudWatchClient);
const mocks = [logs, ecs, cloudWatch];
beforeEach(() => {
  for (const mock of mocks) mock.reset();
});
afterAll(() => {
  for (const mock of mocks) mock.restore();
});

const aws = awsOptions({ AWS_REGION: 'us-east-1' });

const collected = async (
  about: RegExp,
  ids: Readonly<Record<string, readonly string[]>> = {},
  { signal } = new AbortController(),
) =>
  await COLLECTORS.find((one) => about.test(one.about))?.collect({
    stack,
    client: new CloudFormationClient(aws),
    aws,
    hours: 1,
    signal,
    physicalIds: (type) => ids[type] ?? [],
  });

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`);
const parsed = (text = '[]') => JSON.parse(text) as unknown[];

test('reads every task, and services as many at a time as ECS takes', async () => {
  ecs.on(DescribeServicesCommand).callsFake(({ services }: { services: string[] }) => ({ services }));
  ecs
    .on(ListTasksCommand, { desiredStatus: 'RUNNING' })
    .resolvesOnce({ taskArns: ['one'], nextToken: 'more' })
    .resolves({ taskArns: ['two'] });
  ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({});
  ecs.on(DescribeTasksCommand).callsFake(({ tasks }: { tasks: string[] }) => ({ tasks }));
  const files = await collected(/tasks that run/, { 'AWS::ECS::Cluster': ['c'], 'AWS::ECS::Service': numbered(12) });
  expect(parsed(files?.['tasks.json'])).toEqual(['one', 'two']);
  expect(parsed(files?.['services.json'])).toHaveLength(12);
  expect(ecs.commandCalls(DescribeServicesCommand).map(({ args: [{ input }] }) => input.services?.length)).toEqual([
    10, 2,
  ]);
});

test('reads every alarm', async () => {
  cloudWatch
    .on(DescribeAlarmsCommand)
    .resolvesOnce({ MetricAlarms: [{ AlarmName: 'one' }], NextToken: 'more' })
    .resolves({ MetricAlarms: [{ AlarmName: 'two' }] });
  const files = await collected(/alarms/, { 'AWS::CloudWatch::Alarm': numbered(101) });
  expect(parsed(files?.['alarms.json'])).toHaveLength(3);
});

test('does not read the groups that are left out', async () => {
  const prefix = `/aws/librechat/${stack.name}/`;
  const names = ['librechat', ...LEFT_OUT.map(({ what }) => what.replace(/^logs\/(.+)\.log$/, '$1'))];
  expect(names).toEqual(['librechat', 'flow-logs', 'trail']);
  logs
    .on(DescribeLogGroupsCommand)
    .resolves({ logGroups: names.map((name) => ({ logGroupName: `${prefix}${name}` })) });
  logs.on(FilterLogEventsCommand).resolves({ events: [{ timestamp: 0, logStreamName: 'a', message: 'started\n' }] });
  expect(await collected(/log lines/)).toEqual({ 'logs/librechat.log': '1970-01-01T00:00:00.000Z a started\n' });
});

test('stops reading a log that has no end when the person has had enough', async () => {
  const person = new AbortController();
  logs
    .on(DescribeLogGroupsCommand)
    .resolves({ logGroups: [{ logGroupName: `/aws/librechat/${stack.name}/librechat` }] });
  let pages = 0;
  logs.on(FilterLogEventsCommand).callsFake(() => {
    pages += 1;
    if (pages === 3) person.abort();
    return { events: [], nextToken: String(pages) };
  });
  await expect(collected(/log lines/, {}, person)).rejects.toThrow('aborted');
  expect(pages).toBe(3);
});
