import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createIo } from '../../cli/io.ts';
import { pollMs } from '../../cli/stack.ts';
import { oneLine, watchStack, type WatchOptions } from '../../cli/stack-progress.ts';
import { recorder } from './running.ts';

const event = (id: string, ResourceStatus: string, more: Partial<StackEvent> = {}): StackEvent => ({
  StackId: 'arn:chat',
  StackName: 'Chat',
  // As far behind as a clock can be: the order of AWS counts.
  Timestamp: new Date(0),
  EventId: id,
  LogicalResourceId: id,
  ResourceStatus: ResourceStatus as StackEvent['ResourceStatus'],
  ...more,
});

/** A stack whose events come in pages of two, newest first, and what is asked for. */
function watched(pageSize = 2) {
  const client = new CloudFormationClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9' });
  const mock = mockClient(client);
  const events: StackEvent[] = [];
  const asked: string[] = [];
  mock.on(DescribeStackEventsCommand).callsFake(({ NextToken = '0' }: { NextToken?: string }) => {
    asked.push(NextToken);
    const newest = [...events].reverse();
    const next = Number(NextToken) + pageSize;
    return {
      StackEvents: newest.slice(Number(NextToken), next),
      ...(next < newest.length ? { NextToken: String(next) } : {}),
    };
  });
  const { stream, text } = recorder(true);
  const io = createIo({
    stdin: stream,
    stdout: stream,
    stderr: stream,
    interactive: false,
    liveStderr: true,
    colorStdout: false,
    colorStderr: false,
    interruption: { signal: new AbortController().signal, heeded: false },
  });
  const options: WatchOptions = { cloudFormation: client, stackName: 'Chat', title: 'deploy', total: 3, io };
  return { mock, events, asked, options, text };
}

describe('watching a change of a stack', () => {
  test('tells of its own events alone, whatever the clocks say', async () => {
    const { events, options, text } = watched();
    events.push(event('Old', 'CREATE_FAILED', { ResourceStatusReason: 'long ago' }), event('Old2', 'CREATE_COMPLETE'));
    const told: string[] = [];
    const onFailure = (failed: StackEvent) => Promise.resolve(void told.push(failed.LogicalResourceId ?? ''));
    const { result, history } = await watchStack({ ...options, onFailure }, async () => {
      events.push(event('Vpc', 'CREATE_COMPLETE'), event('Db', 'CREATE_IN_PROGRESS'));
      await sleep(700);
      events.push(event('Db2', 'CREATE_FAILED', { ResourceStatusReason: 'password=hunter22 is too short' }));
      return 'ended';
    });
    expect(result).toBe('ended');
    expect(history.events.map(({ EventId }) => EventId)).toEqual(['Vpc', 'Db', 'Db2']);
    expect(history.firstFailure).toBe('Db2: password=[masked] is too short');
    expect(told).toEqual(['Db2']);
    expect(text()).toContain('deploy: 1 of 3 resources');
  });

  test('reads no further back than to what it knows', async () => {
    const { events, asked, options } = watched();
    for (let number = 0; number < 40; number += 1) events.push(event(`Earlier${number}`, 'CREATE_COMPLETE'));
    await watchStack(options, async () => {
      events.push(event('Vpc', 'UPDATE_COMPLETE'));
      await sleep(700);
    });
    // Once before the change, once while it runs, once at its end: each time the first page tells enough.
    expect(asked).toEqual(['0', '0', '0']);
  });

  test.each([0, 1])('lets the change decide when AWS refuses after %i answers', async (answers) => {
    const { mock, options } = watched();
    mock.reset();
    const denied = Object.assign(new Error('not for you'), { name: 'AccessDenied' });
    const refusing = mock.on(DescribeStackEventsCommand);
    if (answers > 0) refusing.resolvesOnce({ StackEvents: [] });
    refusing.rejects(denied);
    const { result, history } = await watchStack(options, () => sleep(600, 'ended'));
    expect([result, history.events, history.firstFailure]).toEqual(['ended', [], undefined]);
  });

  test('fails with what the change fails with', async () => {
    const { options } = watched();
    await expect(watchStack(options, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});

test('AWS is asked seldom, a local AWS often', () => {
  const { options } = watched();
  expect(pollMs(options.cloudFormation)).toBeLessThanOrEqual(500);
  expect(pollMs(new CloudFormationClient({ region: 'us-east-1' }))).toBeGreaterThanOrEqual(2000);
});

test('a reason is one line without secrets', () => {
  const reason =
    'Received response status [FAILED] from custom resource. Message returned: Error: postgresql://rag:hunter2hunter2@db refused\n  at x (RequestId: 1)';
  expect(oneLine(reason)).toBe('postgresql://rag:[masked]@db refused');
});
