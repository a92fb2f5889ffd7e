import { ANYWHERE, type AclEntry, EVERY_PORT, type Ports } from './ranges.ts';
import { ofTypes, type Resolved, type Resources } from './resolve.ts';

/** One rule of a security group. */
export interface Rule {
  /** Of the rule where it is a resource of its own, else of its group and its place in it. */
  readonly id: string;
  readonly group: string;
  readonly protocol: string;
  readonly ports: Ports;
  /** Who may come, or who may be called. */
  readonly peer:
    { readonly group: string } | { readonly cidr: string } | { readonly prefixList: string } | { readonly none: true };
}

/** Where a route leads. */
export interface Route {
  readonly destination: string;
  readonly kind: 'internet gateway' | 'NAT gateway' | 'NAT instance' | 'other';
  readonly target: string;
}

export interface Subnet {
  readonly id: string;
  readonly cidr: string;
  readonly zone: string;
  readonly givesPublicAddress: boolean;
  readonly routeTable: string | undefined;
  readonly routes: readonly Route[];
  /** Undefined where the VPC's default one holds, which lets everything pass. */
  readonly acl: { readonly id: string; readonly entries: readonly AclEntry[] } | undefined;
}

/** A VPC endpoint, by the service's short name. */
export interface Endpoint {
  readonly id: string;
  readonly service: string;
  readonly kind: 'gateway' | 'interface';
  readonly routeTables: readonly string[];
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly hasPrivateDns: boolean;
}

/** What decides who reaches whom. */
export interface Network {
  readonly cidr: string;
  readonly region: string;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
  readonly endpoints: readonly Endpoint[];
  readonly natGateways: ReadonlyMap<string, { readonly subnet: string; readonly hasAddress: boolean }>;
  readonly hasInternetGateway: boolean;
}

/** Reads the network out of a template. */
export function networkOf(resources: Resources, region: string): Network {
  const [vpc] = ofTypes(resources, 'AWS::EC2::VPC');
  const gateways = ofTypes(resources, 'AWS::EC2::VPCGatewayAttachment').map(({ properties }) =>
    String(properties['InternetGatewayId']),
  );
  return {
    cidr: String(vpc?.properties['CidrBlock']),
    region,
    subnets: subnetsOf(resources, gateways),
    ...rulesOf(resources),
    endpoints: ofTypes(resources, 'AWS::EC2::VPCEndpoint').map((endpoint) => endpointOf(endpoint, region)),
    natGateways: new Map(
      ofTypes(resources, 'AWS::EC2::NatGateway').map(({ id, properties }) => [
        id,
        { subnet: String(properties['SubnetId']), hasAddress: properties['AllocationId'] !== undefined },
      ]),
    ),
    hasInternetGateway: gateways.length > 0,
  };
}

function subnetsOf(resources: Resources, gateways: readonly string[]): Map<string, Subnet> {
  const tables = new Map(
    ofTypes(resources, 'AWS::EC2::SubnetRouteTableAssociation').map(({ properties }) => [
      String(properties['SubnetId']),
      String(properties['RouteTableId']),
    ]),
  );
  const acls = new Map(
    ofTypes(resources, 'AWS::EC2::SubnetNetworkAclAssociation').map(({ properties }) => [
      String(properties['SubnetId']),
      String(properties['NetworkAclId']),
    ]),
  );
  return new Map(
    ofTypes(resources, 'AWS::EC2::Subnet').map(({ id, properties }) => {
      const acl = acls.get(id);
      const routeTable = tables.get(id);
      const subnet: Subnet = {
        id,
        cidr: String(properties['CidrBlock']),
        zone: String(properties['AvailabilityZone']),
        givesPublicAddress: properties['MapPublicIpOnLaunch'] === true,
        routeTable,
        routes: ofTypes(resources, 'AWS::EC2::Route')
          .filter((route) => String(route.properties['RouteTableId']) === routeTable)
          .map((route) => routeOf(route, gateways)),
        acl: acl === undefined ? undefined : { id: acl, entries: aclEntries(resources, acl) },
      };
      return [id, subnet];
    }),
  );
}

function routeOf({ properties }: Resolved, gateways: readonly string[]): Route {
  const destination = String(properties['DestinationCidrBlock'] ?? properties['DestinationIpv6CidrBlock']);
  const { GatewayId, NatGatewayId, InstanceId } = properties;
  if (NatGatewayId !== undefined) return { destination, kind: 'NAT gateway', target: String(NatGatewayId) };
  if (InstanceId !== undefined) return { destination, kind: 'NAT instance', target: String(InstanceId) };
  // A gateway that is not attached to the VPC leads nowhere.
  const kind = gateways.includes(String(GatewayId)) ? 'internet gateway' : 'other';
  return { destination, kind, target: String(GatewayId) };
}

function aclEntries(resources: Resources, acl: string): AclEntry[] {
  return ofTypes(resources, 'AWS::EC2::NetworkAclEntry')
    .filter(({ properties }) => properties['NetworkAclId'] === acl && properties['CidrBlock'] !== undefined)
    .map(({ properties: { RuleNumber, Egress, RuleAction, CidrBlock, Protocol, PortRange } }) => ({
      number: Number(RuleNumber),
      egress: Egress === true,
      allow: RuleAction === 'allow',
      cidr: String(CidrBlock),
      protocol: String(Protocol),
      ports: PortRange === undefined ? EVERY_PORT : { from: Number(PortRange.From), to: Number(PortRange.To) },
    }));
}

function endpointOf({ id, properties }: Resolved, region: string): Endpoint {
  return {
    id,
    service: String(properties['ServiceName']).replace(/^.*?\.([a-z0-9-]*-\d)\./, (all, of: string) =>
      of === region ? '' : all,
    ),
    kind: properties['VpcEndpointType'] === 'Interface' ? 'interface' : 'gateway',
    routeTables: (properties['RouteTableIds'] ?? []).map(String),
    subnets: (properties['SubnetIds'] ?? []).map(String),
    groups: (properties['SecurityGroupIds'] ?? []).map(String),
    hasPrivateDns: properties['PrivateDnsEnabled'] === true,
  };
}

function rulesOf(resources: Resources): { ingress: Rule[]; egress: Rule[] } {
  const ingress = ofTypes(resources, 'AWS::EC2::SecurityGroupIngress').map(({ id, properties }) =>
    ruleOf(id, String(properties['GroupId']), properties),
  );
  const egress = ofTypes(resources, 'AWS::EC2::SecurityGroupEgress').map(({ id, properties }) =>
    ruleOf(id, String(properties['GroupId']), properties),
  );
  for (const { id, properties } of ofTypes(resources, 'AWS::EC2::SecurityGroup')) {
    const inline = (direction: string) =>
      ((properties[`SecurityGroup${direction}`] ?? []) as Resolved['properties'][]).map((rule, index) =>
        ruleOf(`${id} ${direction.toLowerCase()} ${index + 1}`, id, rule),
      );
    ingress.push(...inline('Ingress'));
    egress.push(...inline('Egress'));
    // EC2's own rule of a group for which no other is given.
    if (!egress.some(({ group }) => group === id)) {
      egress.push({ id: `${id} default`, group: id, protocol: '-1', ports: EVERY_PORT, peer: { cidr: ANYWHERE } });
    }
  }
  return { ingress, egress };
}

function ruleOf(id: string, group: string, rule: Resolved['properties']): Rule {
  const protocol = String(rule['IpProtocol']);
  const peerGroup = (rule['SourceSecurityGroupId'] ?? rule['DestinationSecurityGroupId']) as string | undefined;
  const prefixList = (rule['SourcePrefixListId'] ?? rule['DestinationPrefixListId']) as string | undefined;
  const cidr = rule['CidrIp'] as string | undefined;
  return {
    id,
    group,
    protocol,
    ports: protocol === '-1' ? EVERY_PORT : { from: Number(rule['FromPort']), to: Number(rule['ToPort']) },
    peer:
      peerGroup !== undefined
        ? { group: peerGroup }
        : prefixList !== undefined
          ? { prefixList: prefixList }
          : cidr !== undefined
            ? { cidr: cidr }
            : { none: true },
  };
}
