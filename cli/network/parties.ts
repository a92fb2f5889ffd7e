import { ofTypes, type Resolved, resourceOfHost, type Resources } from './resolve.ts';

/** Something with addresses in the VPC. */
export interface Party {
  /** Logical id of the resource. */
  readonly id: string;

  /** What people call it. */
  readonly name: string;
  readonly kind: 'compute' | 'function' | 'store' | 'balancer' | 'endpoint';
  readonly subnets: readonly string[];
  readonly groups: readonly string[];

  /** Whether the internet can answer it without NAT, and call it where rules allow. */
  readonly isPublic: boolean;
}

/** Types of the stores, with their names. */
const STORES: Readonly<Record<string, string>> = {
  'AWS::DocDB::DBCluster': 'DocumentDB',
  'AWS::RDS::DBCluster': 'PostgreSQL',
  'AWS::RDS::DBInstance': 'PostgreSQL',
  'AWS::ElastiCache::ReplicationGroup': 'Valkey',
  'AWS::EFS::FileSystem': 'EFS',
};

/** Everything of a template that talks in the VPC, but NAT, which only passes on. */
export function partiesOf(resources: Resources): Party[] {
  return [
    ...ofTypes(resources, 'AWS::ECS::Service').map((service) => servicePart(resources, service)),
    ...machinesOf(resources).map((machine) => machinePart(resources, machine)),
    ...ofTypes(resources, 'AWS::Lambda::Function')
      .filter(({ properties }) => properties['VpcConfig'] !== undefined)
      .map((lambda) => functionPart(resources, lambda)),
    ...ofTypes(resources, 'AWS::SecretsManager::RotationSchedule').map((rotation) => rotationPart(resources, rotation)),
    ...storesOf(resources).map((store) => storePart(resources, store)),
    ...ofTypes(resources, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(balancerPart),
    ...ofTypes(resources, 'AWS::EC2::VPCEndpoint')
      .filter(({ properties }) => properties['VpcEndpointType'] === 'Interface')
      .map(endpointPart),
  ];
}

/** Machines that run something: a NAT instance passes on what is not for itself, and says so. */
export function machinesOf(resources: Resources): Resolved[] {
  return ofTypes(resources, 'AWS::EC2::Instance').filter(({ properties }) => properties['SourceDestCheck'] !== false);
}

/** Database clusters, single databases, caches, file systems; an instance of a cluster has no address of its own. */
function storesOf(resources: Resources): Resolved[] {
  return ofTypes(resources, ...Object.keys(STORES)).filter(
    ({ properties }) => properties['DBClusterIdentifier'] === undefined,
  );
}

/** Where a machine is, and by which groups it is guarded. */
export function placeOf({ properties }: Resolved): Pick<Party, 'subnets' | 'groups'> & { hasAddress: boolean } {
  const {
    SubnetId,
    SecurityGroupIds = [],
    AssociatePublicIpAddress,
    GroupSet = SecurityGroupIds,
  } = {
    ...properties,
    ...(properties['NetworkInterfaces']?.[0] as Resolved['properties'] | undefined),
  } as Resolved['properties'];
  return { subnets: [String(SubnetId)], groups: list(GroupSet), hasAddress: AssociatePublicIpAddress === true };
}

const list = (values: unknown): string[] => [values ?? []].flat().map(String);

function servicePart(resources: Resources, { id, properties }: Resolved): Party {
  const { Subnets, SecurityGroups, AssignPublicIp } = properties['NetworkConfiguration'].AwsvpcConfiguration;
  return {
    id,
    name: mainContainer(resources, properties)['Name'],
    kind: 'compute',
    subnets: list(Subnets),
    groups: list(SecurityGroups),
    isPublic: AssignPublicIp === 'ENABLED',
  };
}

function mainContainer(resources: Resources, service: Resolved['properties']): Resolved['properties'] {
  return containersOf(resources, service).find(({ Essential }) => Essential !== false) ?? {};
}

/** Container definitions of an ECS service. */
export function containersOf(resources: Resources, service: Resolved['properties']): Resolved['properties'][] {
  return taskOf(resources, service)?.properties['ContainerDefinitions'] ?? [];
}

/** Task definition of an ECS service. */
export function taskOf(resources: Resources, service: Resolved['properties']): Resolved | undefined {
  return ofTypes(resources, 'AWS::ECS::TaskDefinition').find(({ id }) =>
    String(service['TaskDefinition']).includes(`/${id}:`),
  );
}

function machinePart(resources: Resources, machine: Resolved): Party {
  const { subnets, groups, hasAddress } = placeOf(machine);
  const hasElastic = ofTypes(resources, 'AWS::EC2::EIPAssociation').some(
    ({ properties }) => properties['InstanceId'] === machine.id,
  );
  return { id: machine.id, name: 'machine', kind: 'compute', subnets, groups, isPublic: hasAddress || hasElastic };
}

function functionPart(resources: Resources, { id, properties }: Resolved): Party {
  const { SubnetIds, SecurityGroupIds } = properties['VpcConfig'];
  const servers = customResourcesOf(resources, id).map((request) => resourceOfHost(String(request.properties['Host'])));
  const store = storesOf(resources).find((candidate) => servers.includes(candidate.id));
  return {
    id,
    name: store === undefined ? id : `initializer of ${nameOfStore(store)}`,
    kind: 'function',
    subnets: list(SubnetIds),
    groups: list(SecurityGroupIds),
    isPublic: false,
  };
}

/** Custom resources that a function works for, by itself or behind the provider framework. */
export function customResourcesOf(resources: Resources, id: string): Resolved[] {
  const providers = ofTypes(resources, 'AWS::Lambda::Function')
    .filter(({ properties }) =>
      String(properties['Environment']?.Variables?.USER_ON_EVENT_FUNCTION_ARN).endsWith(`:${id}`),
    )
    .map((provider) => provider.id);
  return [...resources.values()].filter(({ properties }) =>
    [id, ...providers].some((name) => String(properties['ServiceToken']).endsWith(`:${name}`)),
  );
}

function rotationPart(resources: Resources, { id, properties }: Resolved): Party {
  const { VpcSubnetIds = '', VpcSecurityGroupIds = '' } = properties['HostedRotationLambda'] ?? {};
  const store = storeOfSecret(resources, properties['SecretId']);
  return {
    id,
    name: `rotation of ${store === undefined ? id : nameOfStore(store)}`,
    kind: 'function',
    subnets: String(VpcSubnetIds).split(','),
    groups: String(VpcSecurityGroupIds).split(','),
    isPublic: false,
  };
}

/** The store whose login a secret is attached to. */
export function storeOfSecret(resources: Resources, secret: unknown): Resolved | undefined {
  const attachment = ofTypes(resources, 'AWS::SecretsManager::SecretTargetAttachment').find(
    ({ properties }) => properties['SecretId'] === secret,
  );
  return storesOf(resources).find(({ id }) => id === attachment?.properties['TargetId']);
}

const nameOfStore = ({ id, type }: Resolved): string => STORES[type] ?? id;

function storePart(resources: Resources, store: Resolved): Party {
  const { id, type, properties } = store;
  const group = properties['DBSubnetGroupName'] ?? properties['CacheSubnetGroupName'];
  const mounts = ofTypes(resources, 'AWS::EFS::MountTarget').filter((mount) => mount.properties['FileSystemId'] === id);
  const isFiles = type === 'AWS::EFS::FileSystem';
  return {
    id,
    name: nameOfStore(store),
    kind: 'store',
    subnets: isFiles
      ? mounts.map((mount) => String(mount.properties['SubnetId']))
      : list(resources.get(String(group))?.properties['SubnetIds']),
    groups: isFiles
      ? [...new Set(mounts.flatMap((mount) => list(mount.properties['SecurityGroups'])))]
      : list(properties['VpcSecurityGroupIds'] ?? properties['VPCSecurityGroups'] ?? properties['SecurityGroupIds']),
    isPublic: properties['PubliclyAccessible'] === true,
  };
}

function balancerPart({ id, properties }: Resolved): Party {
  return {
    id,
    name: 'load balancer',
    kind: 'balancer',
    subnets: list(properties['Subnets']),
    groups: list(properties['SecurityGroups']),
    isPublic: properties['Scheme'] === 'internet-facing',
  };
}

function endpointPart({ id, properties }: Resolved): Party {
  return {
    id,
    name: `endpoint of ${String(properties['ServiceName']).replace(/^com\.amazonaws\.[^.]+\./, '')}`,
    kind: 'endpoint',
    subnets: list(properties['SubnetIds']),
    groups: list(properties['SecurityGroupIds']),
    isPublic: false,
  };
}
