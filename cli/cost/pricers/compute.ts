import {
  at,
  type Context,
  egress,
  type Finding,
  HOURS,
  line,
  list,
  number,
  type Pricers,
  text,
  Unpriceable,
} from '../pricing.ts';
import type { Resource } from '../template.ts';
import { type Range, rangeOf, times } from '../usage.ts';

const FREE_IOPS = 3000;
const FREE_THROUGHPUT = 125;
const FREE_TASK_DISK_GB = 20;
const UNITS_PER_VCPU = 1024;
const MIB_PER_GB = 1024;
const LEAST_FUNCTION_MIB = 128;
/** A rotation creates, sets, tests and takes over a password, each in a call of its own. */
const ROTATION = { calls: 4, seconds: [5, 60], gb: 0.125 } as const;

type Count = Readonly<Record<string, Range>>;

function* disk(properties: unknown, size: string, count: Count = {}): Iterable<Finding> {
  const type = text(properties, 'VolumeType', 'gp2');
  if (type !== 'gp3' && type !== 'gp2') throw new Unpriceable(`no price for volumes of type ${type}`);
  yield line(`${type} volume`, `AmazonEC2/ebs.${type}.storage`, { ...count, GB: number(properties, size) });
  if (type === 'gp2') return;
  const iops = number(properties, 'Iops', FREE_IOPS) - FREE_IOPS;
  const throughput = number(properties, 'Throughput', FREE_THROUGHPUT) - FREE_THROUGHPUT;
  if (iops > 0) yield line('gp3 volume, IOPS above 3,000', 'AmazonEC2/ebs.gp3.iops', { ...count, IOPS: iops });
  if (throughput > 0)
    yield line('gp3 volume, MiB/s above 125', 'AmazonEC2/ebs.gp3.throughput', { ...count, 'MiB/s': throughput });
}

function* machine(properties: unknown, { usage }: Context, count: Count = {}): Iterable<Finding> {
  const type = text(properties, 'InstanceType');
  yield line(`${type}, Linux`, `AmazonEC2/linux.${type}`, { ...count, hours: usage.computeHours });
  const disks = list(properties, 'BlockDeviceMappings').flatMap((mapping) => at(mapping, 'Ebs') ?? []);
  for (const volume of disks) yield* disk(volume, 'VolumeSize', count);
  if (disks.length === 0)
    yield line('gp3 root volume, size of the image', 'AmazonEC2/ebs.gp3.storage', { ...count, GB: usage.imageRootGb });
}

function* instance(resource: Resource, context: Context): Iterable<Finding> {
  yield* machine(resource.properties, context);
  if (context.paysForAddress(resource))
    yield line('public IPv4 address', 'AmazonVPC/publicIPv4.hour', { hours: HOURS });
  yield* egress(resource, context);
  if (publishesMetrics(resource, context))
    yield line('custom metrics', 'AmazonCloudWatch/metric.custom', { metrics: context.usage.agentMetrics });
}

function publishesMetrics({ properties }: Resource, context: Context): boolean {
  const roles = context.allReferred(context.referred(properties['IamInstanceProfile'])?.properties['Roles']);
  const policies = context
    .ofType('AWS::IAM::Policy')
    .filter((policy) => context.allReferred(policy.properties['Roles']).some((role) => roles.includes(role)));
  return [...roles, ...policies].some((holder) =>
    JSON.stringify(holder.properties).includes('cloudwatch:PutMetricData'),
  );
}

function* fleet({ properties }: Resource, context: Context): Iterable<Finding> {
  const template = context.referred(properties['LaunchTemplate'] ?? properties['MixedInstancesPolicy']);
  const machines = context.scaled(number(properties, 'MinSize'), number(properties, 'MaxSize'));
  yield* machine(at(template?.properties, 'LaunchTemplateData'), context, { machines });
}

function* service(resource: Resource, context: Context): Iterable<Finding> {
  const { properties } = resource;
  const task = context.referred(properties['TaskDefinition'])?.properties;
  const spot = spotShare(properties, task);
  if (spot === undefined) {
    yield { free: 'its tasks run on machines that are counted as such' };
    return;
  }
  const tasks = taskCount(resource, context);
  const hours = context.usage.computeHours;
  const arch = at(task, 'RuntimePlatform', 'CpuArchitecture') === 'ARM64' ? 'arm' : 'x86';
  const sizes = { vcpu: { vCPU: units(task, 'Cpu', UNITS_PER_VCPU) }, gb: { GB: units(task, 'Memory', MIB_PER_GB) } };
  for (const unit of ['vcpu', 'gb'] as const) {
    const price = `AmazonECS/fargate.${arch}.${unit}`;
    const amounts = (part: number) => ({ tasks: times(tasks, rangeOf(part)), ...sizes[unit], hours });
    if (spot < 1) yield line(`Fargate ${unit === 'gb' ? 'memory' : 'vCPU'}, ${arch}`, price, amounts(1 - spot));
    if (spot > 0) yield line(`Fargate Spot ${unit}, ${arch}`, price, amounts(spot), 'AmazonECS/fargateSpot.multiplier');
  }
  const moreDisk = number(at(task, 'EphemeralStorage'), 'SizeInGiB', FREE_TASK_DISK_GB) - FREE_TASK_DISK_GB;
  if (moreDisk > 0)
    yield line('Fargate disk above 20 GB', 'AmazonECS/fargate.ephemeral.gb', { tasks, GB: moreDisk, hours });
  const network = at(properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
  if (at(network, 'AssignPublicIp') === 'ENABLED')
    yield line('public IPv4 address of tasks', 'AmazonVPC/publicIPv4.hour', { tasks, hours });
  if (list(properties, 'LoadBalancers').length > 0 && list(network, 'Subnets').length > 1)
    yield line('traffic between zones', 'AWSDataTransfer/interAz', { directions: 2, GB: context.gb('crossZoneKb') });
}

/** Share of the tasks that runs on Spot; undefined when they do not run on Fargate. */
function spotShare(properties: unknown, task: unknown): number | undefined {
  const strategy = list(properties, 'CapacityProviderStrategy').map((provider) => ({
    name: String(at(provider, 'CapacityProvider')),
    weight: number(provider, 'Weight', 1),
  }));
  const launch = at(properties, 'LaunchType');
  if (strategy.length === 0)
    return launch === 'FARGATE' || (launch === undefined && list(task, 'RequiresCompatibilities').includes('FARGATE'))
      ? 0
      : undefined;
  if (!strategy.every(({ name }) => name.startsWith('FARGATE'))) return undefined;
  const total = strategy.reduce((sum, { weight }) => sum + weight, 0);
  const spot = strategy.reduce((sum, { name, weight }) => sum + (name === 'FARGATE_SPOT' ? weight : 0), 0);
  return total === 0 ? 0 : spot / total;
}

function taskCount(resource: Resource, context: Context): Range {
  const target = context
    .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
    .find(({ properties }) => context.allReferred(properties['ResourceId']).includes(resource));
  if (target === undefined) return rangeOf(number(resource.properties, 'DesiredCount', 1));
  return context.scaled(number(target.properties, 'MinCapacity'), number(target.properties, 'MaxCapacity'));
}

/** Size of a task, from `1024` or `1 vCPU`, `2048` or `2 GB`. */
function units(task: unknown, name: 'Cpu' | 'Memory', perUnit: number): number {
  return number(task, name) / (/[a-z]/i.test(String(at(task, name))) ? 1 : perUnit);
}

function* lambda({ properties }: Resource, { usage }: Context): Iterable<Finding> {
  const calls = usage.invocations;
  const arch = list(properties, 'Architectures').includes('arm64') ? 'arm' : 'x86';
  yield line('calls of functions', 'AWSLambda/requests', { calls });
  yield line(`time of functions, ${arch}`, `AWSLambda/duration.${arch}`, {
    calls,
    seconds: usage.functionSeconds,
    GB: number(properties, 'MemorySize', LEAST_FUNCTION_MIB) / MIB_PER_GB,
  });
}

function* rotation({ properties }: Resource): Iterable<Finding> {
  if (properties['HostedRotationLambda'] === undefined) {
    yield { free: 'its function is counted as such' };
    return;
  }
  const { calls, seconds, gb: GB } = ROTATION;
  yield line('rotation of a password, monthly', 'AWSLambda/duration.x86', { calls, seconds, GB });
}

function* cluster({ properties }: Resource, context: Context): Iterable<Finding> {
  const setting = list(properties, 'ClusterSettings').find((entry) => at(entry, 'Name') === 'containerInsights');
  const insights = at(setting, 'Value') ?? 'disabled';
  if (insights === 'disabled') {
    yield { free: 'a cluster of Fargate tasks is free' };
    return;
  }
  const metrics = context.usage.insightsMetrics;
  const parts = 1 + context.ofType('AWS::ECS::Service').length;
  if (insights === 'enhanced') throw new Unpriceable('metrics of enhanced Container Insights depend on each task');
  yield line('Container Insights, cluster and services', 'AmazonCloudWatch/metric.custom', { parts, metrics });
}

export const COMPUTE: Pricers = {
  'AWS::EC2::Instance': instance,
  'AWS::EC2::Volume': ({ properties }) => disk(properties, 'Size'),
  'AWS::AutoScaling::AutoScalingGroup': fleet,
  'AWS::ECS::Service': service,
  'AWS::ECS::Cluster': cluster,
  'AWS::Lambda::Function': lambda,
  'AWS::Serverless::Function': lambda,
  'AWS::SecretsManager::RotationSchedule': rotation,
};
