import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../cli/inspect/check.ts';
import { findStack } from '../../cli/stack.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';
import { createStack, SECRET, VOLUME } from './small-stacks.ts';

const cloudFormation = new CloudFormationClient(options);

const cleanup = (stack: string, ...args: string[]) => operate(['cleanup', '--stack', stack, ...args]);
const leftOf = async (stack: string) =>
  (json(await operate(['check-resources', '--stack', stack, '--json'])) as Check).left;

const kept = { ...VOLUME, DeletionPolicy: 'Retain' };
const keptSecret = { ...SECRET, DeletionPolicy: 'Retain' };

describe('a cleanup that is cut off', { timeout: 120_000 }, () => {
  let faulty: Awaited<ReturnType<typeof faultyEndpoint>>;
  beforeAll(async () => {
    // A secret that AWS is not done with, for as long as anybody asks at this address.
    const fault = { code: 'InvalidStateException', message: 'not yet', of: /secretsmanager\.DeleteSecret/i };
    faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
  });
  afterAll(async () => {
    await faulty.close();
  });

  const start = (stack: string) =>
    spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'cleanup', '--stack', stack, '--delete-data', '--yes'], {
      env: { ...env, AWS_ENDPOINT_URL: faulty.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'after %s goes on where it stopped when it is run again',
    async (signal) => {
      const stack = `Cut${signal}`;
      await createStack(stack, { Login: keptSecret, Kept: kept });
      const before = faulty.refused();
      const child = start(stack);
      const stderr = text(child.stderr);
      await expect.poll(() => faulty.refused(), { timeout: 60_000 }).toBeGreaterThan(before);
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        expect(await stderr).toMatch(
          /^what was begun goes on in AWS; run the same command again .+\nerror: interrupted$/m,
        );
      }
      expect(await findStack(cloudFormation, stack)).toBeUndefined();
      expect((await leftOf(stack)).map(({ what }) => what)).toEqual(['secret', 'data volume']);
      expect((await cleanup(stack, '--delete-data', '--yes')).stdout).toBe(`${stack} is gone, nothing is left\n`);
    },
  );

  test('waits for the deletion that was begun', async () => {
    const Tags = [{ Key: 'Application', Value: 'LibreChat' }];
    const CreationTime = new Date();
    const deleting = {
      StackName: 'Begun',
      StackId: 'id',
      StackStatus: 'DELETE_IN_PROGRESS',
      CreationTime,
      Tags,
    } as const;
    const mocked = mockClient(CloudFormationClient);
    mocked.on(ListStacksCommand).resolves({}).on(DescribeStackEventsCommand).resolves({});
    mocked.on(ListStackResourcesCommand).resolves({});
    mocked
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks: [deleting] })
      .resolvesOnce({ Stacks: [deleting] });
    mocked.on(DescribeStacksCommand).resolves({ Stacks: [] });
    for (const StackName of ['Begun', 'id'])
      mocked
        .on(DescribeStacksCommand, { StackName })
        .resolvesOnce({ Stacks: [deleting] })
        .resolves({ Stacks: [] });
    const { code, stdout, stderr } = await cleanup('Begun', '--yes');
    mocked.restore();
    expect([code, stdout]).toEqual([0, 'Begun is gone, nothing is left\n']);
    expect(stderr).toMatch(/^Begun is DELETE_IN_PROGRESS: waiting for what was begun before$/m);
  });

  test.each([
    ['ExpiredTokenException', 'the credentials have expired', 'renew them'],
    ['AccessDeniedException', 'these credentials may not do that', 'docs/AWS_AUTHENTICATION.md'],
  ])('by %s says so, and goes on when it is run again', async (code, what, remedy) => {
    const stack = `Cut${code}`;
    await createStack(stack, { Login: keptSecret, Kept: kept });
    const fault = { code, message: 'as AWS says it', of: /secretsmanager\.DeleteSecret/i };
    const refusing = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const args = ['cleanup', '--stack', stack, '--delete-data', '--yes'];
    const cut = await operate(args, {}, { AWS_ENDPOINT_URL: refusing.url });
    await refusing.close();
    expect([cut.code, cut.stdout]).toEqual([1, '']);
    expect(cut.stderr).toMatch(new RegExp(`^(error|  secret \\S+): ${what} .*${code}.*: .*${remedy}`, 'm'));
    expect((await cleanup(stack, '--delete-data', '--yes')).code).toBe(0);
  });
});
