import { ECS, paginateListTasks, type Task } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { askService, askTargets, serviceOf } from '../inspect/ask.ts';
import type { Owned } from '../inspect/lineage.ts';
import { remedyFor } from '../remedies.ts';
import { type Check, type Finding, finding, mostOften, onEach, type Severity } from './check.ts';

/** Why a target gets no traffic, by the reason codes of load balancers. */
const TARGET_REMEDIES: readonly (readonly [reason: RegExp, remedy: string])[] = [
  [/Timeout/, 'it does not answer in time: read its log group, and look whether it is out of CPU or memory'],
  [/ResponseCodeMismatch/, 'LibreChat answers with an error: read its log group'],
  [/FailedHealthChecks/, 'nothing listens, or the way is blocked: read its log group, and look for drift'],
  [/NotInUse|InvalidState|IpUnusable/, 'it is stopped, or in a zone without the load balancer: start it'],
];

export const targets: Check = {
  name: 'targets',
  about: 'targets of the load balancer',
  run: async ({ aws, owned }) => {
    const client = new ElasticLoadBalancingV2(aws);
    return await onEach(owned('AWS::ElasticLoadBalancingV2::TargetGroup'), async (group) => {
      const all = (await askTargets(client, group.id)) ?? [];
      const none = 'start the machine or the tasks that belong there; deploy again if they run';
      if (all.length === 0) return [finding('bad', group, 'the load balancer has no target', none)];
      const severity = all.some(({ TargetHealth }) => TargetHealth?.State === 'healthy') ? 'warning' : 'bad';
      return all.flatMap(({ Target, TargetHealth: { State = '', Reason = '', Description = '' } = {} }) => {
        if (!/^(unhealthy|unused|unavailable)/.test(State)) return [];
        const remedy = TARGET_REMEDIES.find(([reason]) => reason.test(Reason))?.[1] ?? 'read its log group';
        return [finding(severity, group, `target ${Target?.Id ?? ''} is ${State}: ${Reason}, ${Description}`, remedy)];
      });
    });
  },
};

export const services: Check = {
  name: 'services',
  about: 'services and their deployments',
  run: async ({ aws, owned }) => {
    const ecs = new ECS(aws);
    return await onEach(owned('AWS::ECS::Service'), async (service) => {
      const { cluster, service: name } = serviceOf(service.id);
      const found = await askService(ecs, service.id);
      const anew = 'deploy a change of the service, such as another size: it is made anew';
      if (found?.status !== 'ACTIVE') return [finding('bad', service, 'somebody deleted the service', anew)];
      const { runningCount: running = 0, desiredCount: desired = 0, deployments = [] } = found;
      const start = `aws ecs update-service --cluster ${cluster} --service ${name} --desired-count 1`;
      const missing = desired === 0 ? start : 'stopped tasks and the log group of the service tell why';
      const { serviceDeployments = [] } = await ecs.listServiceDeployments({ cluster, service: service.id });
      const time = (date: Date | undefined) => date?.getTime() ?? 0;
      const [last] = serviceDeployments.toSorted((one, other) => time(other.createdAt) - time(one.createdAt));
      const failed = [
        ...deployments
          .filter(({ rolloutState }) => rolloutState === 'FAILED')
          .map(({ rolloutStateReason = '' }) => `a deployment failed: ${rolloutStateReason}`),
        ...(last?.status?.startsWith('ROLLBACK') === true
          ? [`the last deployment was rolled back: ${last.statusReason ?? last.status}`]
          : []),
      ];
      return [
        ...(running === 0 || running < desired
          ? [finding(running === 0 ? 'bad' : 'warning', service, `${running} of ${desired} tasks run`, missing)]
          : []),
        ...failed.map((what) => finding('bad', service, what, 'mend what its log group tells, then deploy again')),
      ];
    });
  },
};

/** Settings of the size of a service. */
export function sizeSetting({ logicalId }: Pick<Owned, 'logicalId'>): string {
  if (logicalId.startsWith('ComputeRagApi')) return 'service.ragApi';
  return logicalId.startsWith('ComputeMeilisearch') ? 'service.meilisearch' : 'service.librechat';
}

/** Why tasks stop, by what ECS says, with the remedy. */
const STOPS: readonly (readonly [reason: RegExp, remedy: string, severity?: Severity])[] = [
  [/OutOfMemory|memory usage/, 'set a larger SIZE.memoryMiB and deploy'],
  [/CannotPull|pull image/i, 'check that the image is there, and the way to it: NAT, imageRegistry, endpoints'],
  [/secret|\bssm\b/i, 'check that the secret is there, and that the role of the task may read it'],
  [/health check/i, 'it answers late or not at all: read its log group; set a larger SIZE.cpu if it is busy'],
  [/spot/i, 'set service.spot=false if it happens too often', 'info'],
];

/** Tasks that ECS or somebody stopped on purpose. */
const ON_PURPOSE = /^(Scaling activity|Service .*deleted)/i;
const MOST_REASONS = 5;

/** As often within the hour that ECS remembers, it is no accident. */
const CRASH_LOOP = 3;

export const stoppedTasks: Check = {
  name: 'stopped tasks',
  about: 'tasks that stopped and why',
  run: async ({ aws, owned, stack }) => {
    const client = new ECS(aws);
    return await onEach(owned('AWS::ECS::Service'), async (service) => {
      const { cluster, service: serviceName } = serviceOf(service.id);
      const asked = { cluster, serviceName, desiredStatus: 'STOPPED' as const };
      const stopped: Task[] = [];
      for await (const { taskArns: tasks = [] } of paginateListTasks({ client }, asked))
        if (tasks.length > 0) stopped.push(...((await client.describeTasks({ cluster, tasks })).tasks ?? []));
      const unwanted = stopped.filter(
        ({ stopCode, stoppedReason = '' }) => stopCode !== 'UserInitiated' && !ON_PURPOSE.test(stoppedReason),
      );
      return mostOften(unwanted.map(reasonOf), MOST_REASONS).map(([reason, count]) =>
        stop(service, reason, count, stack.name),
      );
    });
  },
};

const reasonOf = ({ stoppedReason = 'no reason given', containers = [] }: Task): string =>
  [
    stoppedReason,
    ...containers
      .filter(({ exitCode = 0, reason }) => exitCode !== 0 || reason !== undefined)
      .map(({ name = '', exitCode = 'none', reason = '' }) => `${name}: ${reason} exit code ${exitCode}`),
  ].join('; ');

function stop(service: Owned, reason: string, count: number, stackName: string): Finding {
  const [, known, severity] = STOPS.find(([pattern]) => pattern.test(reason)) ?? [];
  const remedy = known ?? remedyFor(reason, stackName)?.remedy ?? 'read the last lines of its log group';
  const what = `${count} stopped within the hour: ${reason}`;
  const usual = count >= CRASH_LOOP ? 'bad' : 'warning';
  return finding(severity ?? usual, service, what, remedy.replace('SIZE', sizeSetting(service)));
}
