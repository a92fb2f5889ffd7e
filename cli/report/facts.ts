import { settingsOf } from '../network/machine-needs.ts';
import { taskOf } from '../network/parties.ts';
import { ofTypes, type Resolved, type Resources } from '../network/resolve.ts';
import { counted } from './lists.ts';

const CPU_UNITS = 1024;

/** What is worth knowing of each kind of thing: size, number, where it fails over to. */
const FACTS: Readonly<Record<string, (resource: Resolved, resources: Resources) => string[]>> = {
  'AWS::ECS::Service': (service, resources) => {
    const { Cpu, Memory } = taskOf(resources, service.properties)?.properties ?? {};
    const size = `${Number(Cpu) / CPU_UNITS} vCPU, ${Number(Memory) / CPU_UNITS} GB`;
    return [`Fargate, ${tasksOf(service, resources)}`, size];
  },
  'AWS::EC2::Instance': ({ properties }, resources) => [
    String(properties['InstanceType']),
    ...inLines(Object.keys(settingsOf({ resources }).containers)),
  ],
  'AWS::DocDB::DBCluster': (cluster, resources) => {
    const instances = membersOf(cluster, resources, 'AWS::DocDB::DBInstance');
    return [`${instances.length} × ${String(instances[0]?.properties['DBInstanceClass'])}`];
  },
  'AWS::RDS::DBInstance': ({ properties }) => [
    String(properties['DBInstanceClass']),
    properties['MultiAZ'] === true ? 'standby in another zone' : 'one zone',
  ],
  'AWS::RDS::DBCluster': (cluster, resources) => {
    const { MinCapacity, MaxCapacity } = cluster.properties['ServerlessV2ScalingConfiguration'] as Capacity;
    const instances = membersOf(cluster, resources, 'AWS::RDS::DBInstance').length;
    return [`Aurora, ${counted(instances, 'instance')}`, `${MinCapacity}–${MaxCapacity} ACU`];
  },
  'AWS::ElastiCache::ReplicationGroup': ({ properties }) => [
    `${String(properties['NumCacheClusters'])} × ${String(properties['CacheNodeType'])}`,
  ],
  'AWS::EFS::FileSystem': () => ['shared files'],
  'AWS::EC2::Volume': ({ properties }) => [`${String(properties['Size'])} GB ${String(properties['VolumeType'])}`],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ id, properties }, resources) => {
    const isGuarded = ofTypes(resources, 'AWS::WAFv2::WebACLAssociation').some((association) =>
      String(association.properties['ResourceArn']).includes(`/${id}/`),
    );
    return [properties['Scheme'] === 'internal' ? 'internal' : 'public', ...(isGuarded ? ['guarded by WAF'] : [])];
  },
};

interface Capacity {
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
}

/** Lines under the name of something in the picture. */
export function factsOf(resource: Resolved | undefined, resources: Resources): string[] {
  return resource === undefined ? [] : (FACTS[resource.type]?.(resource, resources) ?? []);
}

const membersOf = ({ id }: Resolved, resources: Resources, type: string) =>
  ofTypes(resources, type).filter(({ properties }) => properties['DBClusterIdentifier'] === id);

function tasksOf({ id, properties }: Resolved, resources: Resources): string {
  const target = ofTypes(resources, 'AWS::ApplicationAutoScaling::ScalableTarget').find((candidate) =>
    String(candidate.properties['ResourceId']).endsWith(`/${id}`),
  );
  if (target === undefined) return counted(Number(properties['DesiredCount'] ?? 1), 'task');
  const { MinCapacity, MaxCapacity } = target.properties as unknown as Capacity;
  return MinCapacity === MaxCapacity ? counted(MinCapacity, 'task') : `${MinCapacity}–${MaxCapacity} tasks`;
}

const LINE = 26;

/** Names one after the other, in lines that a box has room for. */
export function inLines(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const text = index < names.length - 1 ? `${name},` : name;
    const last = lines.at(-1);
    if (last === undefined || `${last} ${text}`.length > LINE) lines.push(text);
    else lines[lines.length - 1] = `${last} ${text}`;
  }
  return lines;
}
