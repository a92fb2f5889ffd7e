import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../cli/analyze/check.ts';
import type { Analysis } from '../../cli/analyze/run.ts';
import type { Diagnosis } from '../../cli/doctor/run.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';
import { createStack } from './small-stacks.ts';

const CONFIGURATION = ['minimal-dev', '--set', 'stackName=Analyzed'];

/** A stack in which something may go wrong. */
const UNWELL = {
  ComputeLogs: {
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: '/aws/librechat/Unwell/librechat', RetentionInDays: 7 },
  },
  MonitoringDisk: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'Unwell-Disk',
      AlarmDescription: 'a disk fills up. What to do: raise instance.dataVolumeGiB.',
      ...{ Namespace: 'LibreChat/Machine', MetricName: 'disk_used_percent', Statistic: 'Maximum', Period: 300 },
      ...{ Threshold: 85, EvaluationPeriods: 2, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
    },
  },
};

/** What an analysis found of some severity, by check. */
const found = ({ findings }: Analysis, severity: Finding['severity']) =>
  findings.filter((one) => one.severity === severity).map(({ check, what }) => [check, what]);

const analyze = async (stack: string, ...more: string[]) => {
  const ran = await operate(['analyze', '--stack', stack, '--json', ...more]);
  return { ...ran, analysis: json(ran) as Analysis };
};

beforeAll(async () => {
  const { code, stderr } = await operate(['deploy', ...CONFIGURATION, '--yes']);
  expect(code, stderr).toBe(0);
  await createStack('Unwell', UNWELL, { isProtected: true });
});

describe('of a stack that is well', () => {
  test('analyze finds nothing bad, has asked everything, and exits with 0', async () => {
    // The local AWS looks for drift of secrets in the wrong place, and keeps no description of a stack.
    const { code, analysis } = await analyze('Analyzed', '--no-drift');
    expect([code, analysis.isWell, found(analysis, 'bad')]).toEqual([0, true, []]);
    expect(found(analysis, 'unknown').map(([check]) => check)).toEqual(['release']);
    expect(analysis.checks).toEqual(expect.arrayContaining(['stack', 'targets', 'alarms', 'sizes', 'backups']));
  });

  test('analyze finds no drift either', async () => {
    const { code, analysis } = await analyze('Unwell');
    expect([code, found(analysis, 'bad'), found(analysis, 'warning')]).toEqual([0, [], []]);
    expect(analysis.checks).toContain('drift');
  });

  test('doctor tells everything on one page', async () => {
    const { stdout } = await operate(['doctor', ...CONFIGURATION]);
    const titles = ['what a deployment needs', 'configuration: preset minimal-dev', 'stack', 'findings'];
    expect(stdout.match(/^\S.*$/gm)).toEqual([...titles, 'left of earlier stacks', 'bill']);
    expect(stdout).toMatch(/^left of earlier stacks\n {2}nothing$/m);
    expect(stdout).toMatch(/^ {2}Analyzed: CREATE_COMPLETE, \d+ resources, https:/m);
    expect(stdout).toMatch(/^ {2}Analyzed: .+ \(13 checks\)$/m);
    expect(stdout).toMatch(/^ {2}\$\d+(–\d+)? a month with nobody/m);
  });
});

describe('of a stack in which something is wrong', () => {
  test('analyze finds drift, errors in the log and alarms, and exits with 1', async () => {
    const logs = new CloudWatchLogsClient(options);
    const logGroupName = UNWELL.ComputeLogs.Properties.LogGroupName;
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 3 }));
    const stream = { logGroupName, logStreamName: 'librechat/unwell' };
    await logs.send(new CreateLogStreamCommand(stream));
    const messages = ['error', 'error', 'info'].map((level) => JSON.stringify({ level, message: 'no answer of abc' }));
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
    const alarm = { AlarmName: 'Unwell-Disk', StateValue: 'ALARM' as const, StateReason: 'over 85' };
    await new CloudWatchClient(options).send(new SetAlarmStateCommand(alarm));

    const { code, analysis } = await analyze('Unwell');
    expect([code, found(analysis, 'bad')]).toEqual([1, [['alarms', 'a disk fills up (over 85)']]]);
    expect(found(analysis, 'warning')).toEqual([
      ['log errors', '2 × in 24 h: no answer of abc'],
      ['drift', 'changed behind the back of the stack: RetentionInDays is 3, was 7'],
    ]);
    const { stdout } = await operate(['analyze', '--stack', 'Unwell', '--no-drift']);
    expect(stdout).toMatch(
      /^bad +alarms +a disk fills up.+\n +where: MonitoringDisk, Unwell-Disk\n +to mend it: raise/m,
    );
    expect(stdout).not.toMatch(/^\w+ +drift /m);
  });

  test('doctor exits with 1 and repeats what is bad', async () => {
    const { code, stdout } = await operate(['doctor', ...CONFIGURATION, '--stack', 'Unwell', '--json']);
    const { isWell, analysis } = JSON.parse(stdout) as Diagnosis & { analysis: Analysis };
    expect([code, isWell, found(analysis, 'bad')]).toEqual([1, false, [['alarms', 'a disk fills up (over 85)']]]);
  });
});

describe('where AWS does not answer', () => {
  test('a refused call is one unknown finding with the reason', async () => {
    const fault = { code: 'AccessDenied', message: 'not for you', of: /DescribeAlarms/ };
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const ran = await operate(['analyze', '--stack', 'Unwell', '--json'], {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    const what = 'alarms: these credentials may not do that (AccessDenied: not for you)';
    expect(found(json(ran) as Analysis, 'unknown')).toContainEqual(['alarms', what]);
    expect(ran.code).toBe(0);
  });

  test('analyze ends in one line, and doctor tells the rest', async () => {
    const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { code, stdout, stderr } = await operate(['analyze'], {}, nowhere);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: AWS could not be reached \(ECONNREFUSED\): check the network.+\n$/);
    const page = await operate(['doctor', 'minimal-dev'], {}, nowhere);
    expect([page.code, page.stdout]).toEqual([
      1,
      expect.stringMatching(/^ {2}not asked: nobody is logged in to AWS$/m),
    ]);
    expect(page.stdout).toMatch(/^ {2}\$\d+(–\d+)? a month with nobody/m);
  });

  test('a stack that is not there is named with those that are', async () => {
    const { code, stderr } = await operate(['analyze', '--stack', 'Analysed']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: no stack named 'Analysed'.+Analyzed/)]);
  });
});
