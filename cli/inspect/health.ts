import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsOptions } from '../aws-clients.ts';
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
    'AWS::ECS::Service': serviceHealth(new ECSClient(options)),
    'AWS::EC2::Instance': machineHealth(new EC2Client(options)),
    'AWS::ElasticLoadBalancingV2::TargetGroup': targetHealth(new ElasticLoadBalancingV2Client(options)),
  };
  const asked = owned.map(async (resource): Promise<Health[]> => {
    const ask = asks[resource.type];
    return ask === undefined ? [] : [{ ...(await ask(resource)), logicalId: resource.logicalId, id: resource.id }];
  });
  return (await Promise.all(asked)).flat();
}

const HAVE_A_STATE = ['database instance', 'database cluster', 'data volume', 'file system'];

const GONE = { state: 'is not there: somebody deleted it behind the stack', isHealthy: false };

const storeHealth =
  ({ what, look }: Kind): Ask =>
  async ({ id }) => {
    const seen = await look(id);
    if (seen === undefined) return { what, ...GONE };
    return { what, state: seen.detail, isHealthy: !/failed|stopped|storage-full|error|incompatible/.test(seen.detail) };
  };

const serviceHealth =
  (client: ECSClient): Ask =>
  async ({ id }) => {
    const what = 'service';
    const cluster = id.split('/').at(-2);
    const answer = await ifThere(client.send(new DescribeServicesCommand({ cluster, services: [id] })));
    const service = answer?.services?.[0];
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
  (client: ElasticLoadBalancingV2Client): Ask =>
  async ({ id }) => {
    const what = 'targets of the load balancer';
    const answer = await ifThere(client.send(new DescribeTargetHealthCommand({ TargetGroupArn: id })));
    if (answer === undefined) return { what, ...GONE };
    const targets = answer.TargetHealthDescriptions ?? [];
    const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
    return { what, state: `${healthy} of ${targets.length} healthy`, isHealthy: healthy > 0 };
  };
