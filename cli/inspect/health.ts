import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECS } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsOptions } from '../aws-clients.ts';
import { askService, askTargets } from './ask.ts';
import { ifThere, type Kind } from './kind.ts';
import type { Owned } from './lineage.ts';
import { kindsOf } from './leftovers.ts';

/** How a part is that can be well or not. */
export interface Health {
  readonly logicalId: string;
  readonly what: string;
  readonly id: string;
  readonly state: string;
  readonly isHealthy: boolean;
}

type Ask = (resource: Owned) => Promise<Pick<Health, 'what' | 'state' | 'isHealthy'>>;

/** How the resources are, each asked for at its own service; those that cannot be unwell are left out. */
export async function healthOf(owned: readonly Owned[], options: AwsOptions): Promise<Health[]> {
  const stores = kindsOf(options).filter(({ what }) => HAVE_A_STATE.includes(what));
  const asks: Readonly<Record<string, Ask>> = {
    ...Object.fromEntries(stores.flatMap((kind) => kind.types.map((type) => [type, storeHealth(kind)]))),
    'AWS::ECS::Service': serviceHealth(new ECS(options)),
    'AWS::EC2::Instance': machineHealth(new EC2Client(options)),
    'AWS::ElasticLoadBalancingV2::TargetGroup': targetHealth(new ElasticLoadBalancingV2(options)),
  };
  const asked = owned.map(async (resource): Promise<Health[]> => {
    const ask = asks[resource.type];
    return ask === undefined ? [] : [{ ...(await ask(resource)), logicalId: resource.logicalId, id: resource.id }];
  });
  return (await Promise.all(asked)).flat();
}

const HAVE_A_STATE = ['database instance', 'database cluster', 'data volume', 'file system'];

/** In order, or being changed by AWS in a way that ends by itself. Every other state asks for somebody. */
const WELL = new RegExp(
  `^(${[
    ...['available', 'in-use', 'creating', 'starting', 'modifying', 'updating', 'renaming', 'rebooting', 'upgrading'],
    ...['maintenance', 'backing-up', 'failing-over', 'promoting', 'moving-to-vpc', 'update-iam-db-auth'],
    ...['resetting-master-credentials', 'configuring-[a-z-]+', 'storage-(optimization|initialization|config-upgrade)'],
  ].join('|')})$`,
);

const GONE = { state: 'is not there: somebody deleted it behind the stack', isHealthy: false };

const storeHealth =
  ({ what, look }: Kind): Ask =>
  async ({ id }) => {
    const seen = await look(id);
    if (seen === undefined) return { what, ...GONE };
    return { what, state: seen.detail, isHealthy: WELL.test(seen.state ?? '') };
  };

const serviceHealth =
  (client: ECS): Ask =>
  async ({ id }) => {
    const what = 'service';
    const service = await askService(client, id);
    if (service === undefined) return { what, ...GONE };
    const { runningCount: running = 0, desiredCount: desired = 0, status = '' } = service;
    const state = `${running} of ${desired} tasks running`;
    return { what, state, isHealthy: status === 'ACTIVE' && running >= desired && desired > 0 };
  };

const machineHealth =
  (client: EC2Client): Ask =>
  async ({ id }) => {
    const answer = await ifThere(client.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
    const machine = answer?.Reservations?.[0]?.Instances?.[0];
    if (machine === undefined) return { what: 'machine', ...GONE };
    const state = machine.State?.Name ?? 'unknown';
    return { what: 'machine', state: `${machine.InstanceType ?? ''}, ${state}`, isHealthy: state === 'running' };
  };

const targetHealth =
  (client: ElasticLoadBalancingV2): Ask =>
  async ({ id }) => {
    const what = 'targets of the load balancer';
    const targets = await askTargets(client, id);
    if (targets === undefined) return { what, ...GONE };
    const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
    return { what, state: `${healthy} of ${targets.length} healthy`, isHealthy: healthy > 0 };
  };
