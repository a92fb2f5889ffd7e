import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { services, stoppedTasks, targets } from '../../../cli/analyze/compute.ts';
import { daysAgo, look, remedies } from './looking.ts';

const ecs = mockClient(ECSClient);
const balancers = mockClient(ElasticLoadBalancingV2Client);
beforeEach(() => {
  ecs.reset();
  balancers.reset();
});
afterAll(() => {
  ecs.restore();
  balancers.restore();
});

describe('targets', () => {
  const group = { EntranceGroup: ['ElasticLoadBalancingV2::TargetGroup', 'arn:group'] } as const;
  const target = (Id: string, State: string, Reason?: string, Description?: string) => ({
    Target: { Id },
    TargetHealth: { State, Reason, Description },
  });
  const answer = (...described: object[]) =>
    balancers.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: described });

  test('are well when all are healthy, new or on their way out', async () => {
    answer(target('a', 'healthy'), target('b', 'initial'), target('c', 'draining'));
    expect(await look(targets, group)).toEqual([]);
  });

  const unhealthy = target('a', 'unhealthy', 'Target.Timeout', 'Request timed out');
  const what = 'target a is unhealthy: Target.Timeout, Request timed out';

  test('are a warning while another one serves', async () => {
    answer(unhealthy, target('b', 'healthy'));
    expect(await look(targets, group)).toEqual([['warning', 'EntranceGroup', what]]);
  });

  test('are bad when none serves, or when there is none', async () => {
    answer(unhealthy);
    expect(await look(targets, group)).toEqual([['bad', 'EntranceGroup', what]]);
    expect(await remedies(targets, group)).toEqual([expect.stringContaining('does not answer in time')]);
    answer();
    expect(await look(targets, group)).toEqual([['bad', 'EntranceGroup', 'the load balancer has no target']]);
  });
});

const service = {
  ComputeLibreChatService1: ['ECS::Service', 'arn:aws:ecs:us-east-1:111122223333:service/cluster/chat'],
} as const;

describe('services', () => {
  const answer = (described: object, deployments: object[] = []) => {
    ecs.on(DescribeServicesCommand).resolves({ services: [described] });
    ecs.on(ListServiceDeploymentsCommand).resolves({ serviceDeployments: deployments });
  };
  const well = { status: 'ACTIVE', runningCount: 2, desiredCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] };

  test('are well with all tasks running, whatever became of earlier deployments', async () => {
    answer(well, [
      { status: 'ROLLBACK_SUCCESSFUL', createdAt: daysAgo(2) },
      { status: 'SUCCESSFUL', createdAt: daysAgo(1) },
    ]);
    expect(await look(services, service)).toEqual([]);
    expect(ecs.commandCalls(DescribeServicesCommand)[0]?.args[0].input).toMatchObject({ cluster: 'cluster' });
  });

  test.each([
    [{ runningCount: 1 }, 'warning', '1 of 2 tasks run'],
    [{ runningCount: 0 }, 'bad', '0 of 2 tasks run'],
    [{ runningCount: 0, desiredCount: 0 }, 'bad', '0 of 0 tasks run'],
    [{ status: 'INACTIVE' }, 'bad', 'somebody deleted the service'],
    [
      { deployments: [{ rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start' }] },
      'bad',
      'a deployment failed: tasks failed to start',
    ],
  ])('are told with %j', async (changes, severity, what) => {
    answer({ ...well, ...changes });
    expect(await look(services, service)).toEqual([[severity, 'ComputeLibreChatService1', what]]);
  });

  test('are bad when the last deployment was rolled back', async () => {
    answer(well, [
      { status: 'SUCCESSFUL', createdAt: daysAgo(2) },
      { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'circuit breaker', createdAt: daysAgo(1) },
    ]);
    const what = 'the last deployment was rolled back: circuit breaker';
    expect(await look(services, service)).toEqual([['bad', 'ComputeLibreChatService1', what]]);
  });
});

describe('stopped tasks', () => {
  const answer = (...tasks: Task[]) => {
    ecs.on(ListTasksCommand).resolves({ taskArns: tasks.map((_, index) => `task-${index}`) });
    ecs.on(DescribeTasksCommand).resolves({ tasks });
  };
  const exited = (container: object): Task => ({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'librechat', ...container }],
  });

  test('are nothing when none stopped, or all on purpose', async () => {
    ecs.on(ListTasksCommand).resolves({ taskArns: [] });
    expect(await look(stoppedTasks, service)).toEqual([]);
    answer(
      { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/12)' },
      { stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' },
    );
    expect(await look(stoppedTasks, service)).toEqual([]);
  });

  test.each<[string, Task, RegExp, RegExp]>([
    [
      'out of memory',
      exited({ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }),
      /librechat: OutOfMemoryError: .+ exit code 137$/,
      /^set a larger service\.librechat\.memoryMiB/,
    ],
    [
      'image not pulled',
      { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: pull image manifest: not found' },
      /CannotPullContainerError/,
      /the image is there, and the way to it/,
    ],
    [
      'secret not read',
      { stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: unable to pull secrets' },
      /unable to pull secrets/,
      /the secret is there/,
    ],
    [
      'health check failed',
      { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed ELB health checks in (target-group arn:x)' },
      /failed ELB health checks/,
      /service\.librechat\.cpu/,
    ],
    ['exit code', exited({ exitCode: 1 }), /exited; librechat: exit code 1$/, /read the last lines of its log group/],
  ])('are a warning with its remedy: %s', async (_, task, what, remedy) => {
    answer(task);
    const told = [['warning', 'ComputeLibreChatService1', expect.stringMatching(what)]];
    expect(await look(stoppedTasks, service)).toEqual(told);
    expect(await remedies(stoppedTasks, service)).toEqual([expect.stringMatching(remedy)]);
  });

  test('are bad when they go on stopping for one reason, and counted together', async () => {
    answer(exited({ exitCode: 1 }), exited({ exitCode: 1 }), exited({ exitCode: 1 }));
    const [[severity, , what] = []] = await look(stoppedTasks, service);
    expect([severity, what]).toEqual(['bad', expect.stringMatching(/^3 stopped within the hour: /)]);
  });

  test('only inform of interruptions by Spot', async () => {
    answer({ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' });
    expect((await look(stoppedTasks, service)).map(([severity]) => severity)).toEqual(['info']);
  });
});
