import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { alarms, logErrors } from '../../../cli/analyze/signals.ts';
import { hoursAgo, look, refused, remedies } from './looking.ts';

const cloudWatch = mockClient(CloudWatchClient);
const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => {
  cloudWatch.reset();
  logs.reset();
});
afterAll(() => {
  cloudWatch.restore();
  logs.restore();
});

describe('alarms', () => {
  const own = { MonitoringCpu: ['CloudWatch::Alarm', 'Chat-Cpu'] } as const;
  const alarm = (StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', hours = 5) =>
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        {
          AlarmName: 'Chat-Cpu',
          AlarmDescription: 'PostgreSQL is at its limit. What to do: choose a larger vectorStore.',
          StateValue,
          StateReason: '6 datapoints were over 80',
          StateUpdatedTimestamp: hoursAgo(hours),
        },
      ],
    });

  test('are well when they are OK, and not asked for when there is none', async () => {
    alarm('OK');
    expect(await look(alarms, own)).toEqual([]);
    cloudWatch.reset();
    expect(await look(alarms)).toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  test('are bad with what they mean, and say themselves what to do', async () => {
    alarm('ALARM');
    const what = 'PostgreSQL is at its limit (6 datapoints were over 80)';
    expect(await look(alarms, own)).toEqual([['bad', 'MonitoringCpu', what]]);
    expect(await remedies(alarms, own)).toEqual(['choose a larger vectorStore']);
  });

  test.each<[number, string]>([
    [5, 'warning'],
    [0.5, 'info'],
  ])('without data for %d h are a %s', async (hours, severity) => {
    alarm('INSUFFICIENT_DATA', hours);
    const what = 'no data to tell whether PostgreSQL is at its limit';
    expect(await look(alarms, own)).toEqual([[severity, 'MonitoringCpu', what]]);
  });
});

describe('errors in the logs', () => {
  const groups = {
    ComputeLogs: ['Logs::LogGroup', '/aws/librechat/Chat/librechat'],
    NetworkFlowLogGroup: ['Logs::LogGroup', '/aws/librechat/Chat/flow'],
  } as const;
  const lines = (...messages: (object | string)[]) =>
    logs.on(FilterLogEventsCommand).resolves({
      events: messages.map((line) => ({ message: typeof line === 'string' ? line : JSON.stringify(line) })),
    });

  test('are none where only other lines are', async () => {
    lines({ level: 'info', message: 'error: none' }, 'error, but no JSON', { s: 'I', msg: 'Connection accepted' }, '3');
    expect(await look(logErrors, groups)).toEqual([]);
  });

  test('are counted by message, the five most frequent, from the last hours', async () => {
    const often = [1, 2, 3].map((user) => ({
      level: 'error',
      message: `request of 65f0c0ffee0123456789abc${user} failed`,
    }));
    const once = ['b', 'c', 'd', 'e', 'f'].map((message) => ({ level: 'error', message }));
    lines(...once, ...often, { level: 'ERROR', message: 'f' });
    const found = await look(logErrors, groups);
    expect(found.map(([severity, where, what]) => [severity, where, what])).toEqual([
      ['warning', 'ComputeLogs', '3 × in 24 h: request of … failed'],
      ['warning', 'ComputeLogs', '2 × in 24 h: f'],
      ...['b', 'c', 'd'].map((message) => ['warning', 'ComputeLogs', `1 × in 24 h: ${message}`]),
    ]);
    expect(logs.commandCalls(FilterLogEventsCommand).map(({ args: [{ input }] }) => input)).toEqual([
      expect.objectContaining({
        logGroupName: '/aws/librechat/Chat/librechat',
        startTime: hoursAgo(24).getTime(),
        filterPattern: expect.stringContaining('$.level = "error"'),
      }),
    ]);
  });

  test('are told in the words of MongoDB too, with the remedy of a known message', async () => {
    lines({ s: 'E', msg: 'Authentication failed' });
    expect(await look(logErrors, groups)).toEqual([['warning', 'ComputeLogs', '1 × in 24 h: Authentication failed']]);
    expect(await remedies(logErrors, groups)).toEqual([expect.stringContaining('the password of the named secret')]);
    lines({ level: 'error', message: 'odd' });
    expect(await remedies(logErrors, groups)).toEqual([expect.stringMatching(/^aws logs tail \/aws\/librechat\/Chat/)]);
  });

  test('are none of a group that is gone', async () => {
    logs.on(FilterLogEventsCommand).rejects(refused('ResourceNotFoundException'));
    expect(await look(logErrors, groups)).toEqual([]);
  });
});
