import {
  at,
  type Context,
  egress,
  type Finding,
  HOURS,
  isPublicBalancer,
  line,
  list,
  type Pricers,
  share,
  text,
  Unpriceable,
} from '../pricing.ts';
import type { Resource } from '../template.ts';
import { plus, rangeOf, times } from '../usage.ts';

/** Where viewers are, by the region of the deployment: edges are priced by place. */
const EDGES: Readonly<Record<string, { data: string; requests: string }>> = {
  us: { data: 'usEu', requests: 'us' },
  eu: { data: 'usEu', requests: 'eu' },
  'ap-northeast-1': { data: 'japan', requests: 'japan' },
  'ap-southeast-2': { data: 'australia', requests: 'australia' },
};

const address = (): Finding[] => [line('public IPv4 address', 'AmazonVPC/publicIPv4.hour', { hours: HOURS })];

function isInterface({ properties }: Resource): boolean {
  return properties['VpcEndpointType'] === 'Interface';
}

function endpointsOf(context: Context): Resource[] {
  return context.ofType('AWS::EC2::VPCEndpoint').filter(isInterface);
}

const servesModels = ({ properties }: Resource) => JSON.stringify(properties['ServiceName'] ?? '').includes('bedrock');

function* natGateway({ properties }: Resource, context: Context): Iterable<Finding> {
  yield line('NAT gateway', 'AmazonEC2/natGateway.hour', { hours: HOURS });
  if (properties['ConnectivityType'] === 'private') return;
  // Calls of models take their endpoint where there is one.
  const messages = endpointsOf(context).some(servesModels) ? rangeOf(0) : context.gb('providerKb');
  const gateways = context.ofType('AWS::EC2::NatGateway').length;
  yield line('data through NAT', 'AmazonEC2/natGateway.data', {
    GB: share(plus(context.usage.natBaseGb, messages), gateways),
  });
}

function* balancer(resource: Resource, context: Context): Iterable<Finding> {
  const { properties } = resource;
  const type = text(properties, 'Type', 'application');
  if (type !== 'application' && type !== 'network')
    throw new Unpriceable(`no price for load balancers of type ${type}`);
  const [kind, unit] = type === 'application' ? ['alb', 'LCU'] : ['nlb', 'NLCU'];
  const balancers = context.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').length;
  const gb = share(context.gb('trafficKb'), balancers);
  yield line(`${type} load balancer`, `AWSELB/${kind}.hour`, { hours: HOURS });
  yield line(`${type} load balancer, ${unit}-hours`, `AWSELB/${kind}.lcu`, {
    GB: gb,
    'LCU-hours a GB': context.usage.lcuHoursPerGb,
  });
  if (!isPublicBalancer(resource)) return;
  const zones = [...list(properties, 'Subnets'), ...list(properties, 'SubnetMappings')].length;
  yield line('public IPv4 address of the balancer', 'AmazonVPC/publicIPv4.hour', { zones, hours: HOURS });
  yield* egress(resource, context);
}

function* endpoint(resource: Resource, context: Context): Iterable<Finding> {
  const type = text(resource.properties, 'VpcEndpointType', 'Gateway');
  if (type === 'Gateway') {
    yield { free: 'endpoints of type Gateway are free' };
    return;
  }
  if (!isInterface(resource)) throw new Unpriceable(`no price for endpoints of type ${type}`);
  const zones = list(resource.properties, 'SubnetIds').length;
  yield line('interface endpoint', 'AmazonVPC/interfaceEndpoint.hour', { zones, hours: HOURS });
  if (!servesModels(resource)) return;
  const models = endpointsOf(context).filter(servesModels).length;
  yield line('data through endpoints', 'AmazonVPC/interfaceEndpoint.data', {
    GB: share(context.gb('providerKb'), models),
  });
}

function* distribution(_: Resource, context: Context): Iterable<Finding> {
  const edge = EDGES[context.region] ?? EDGES[context.region.slice(0, 2)];
  if (edge === undefined) throw new Unpriceable(`no price for viewers near ${context.region}`);
  const sites = context.ofType('AWS::CloudFront::Distribution').length;
  yield line('data to browsers', `AmazonCloudFront/dataOut.${edge.data}`, {
    GB: share(context.gb('trafficKb'), sites),
  });
  yield line('HTTPS requests', `AmazonCloudFront/https.${edge.requests}`, {
    requests: share(times(context.messages, context.usage.requests), sites),
  });
}

function* zone(_: Resource, context: Context): Iterable<Finding> {
  yield line('hosted zone', 'AmazonRoute53/hostedZone');
  yield line('DNS queries', 'AmazonRoute53/queries', { queries: times(context.messages, context.usage.dnsQueries) });
}

function* webAcl({ type, properties }: Resource, context: Context): Iterable<Finding> {
  if (type.endsWith('WebACL')) yield line('web ACL', 'awswaf/webAcl');
  const rules = list(properties, 'Rules');
  yield line('rules of web ACLs', 'awswaf/rule', { rules: rules.length });
  const extra = rules.filter((rule) =>
    /BotControl|ATPRuleSet|ACFPRuleSet|AntiDDoS/.test(JSON.stringify(at(rule, 'Statement'))),
  );
  if (extra.length > 0) yield { unpriced: 'managed rules that inspect bots and logins cost extra by request' };
  if (type.endsWith('WebACL'))
    yield line('requests through web ACLs', 'awswaf/requests', {
      requests: times(context.messages, context.usage.requests),
    });
}

export const NETWORK: Pricers = {
  'AWS::EC2::EIP': address,
  'AWS::EC2::NatGateway': natGateway,
  'AWS::EC2::VPCEndpoint': endpoint,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': balancer,
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::Function': (_, context) => [
    line('calls of functions at the edge', 'AmazonCloudFront/functions', {
      requests: times(context.messages, context.usage.requests),
    }),
  ],
  'AWS::Route53::HostedZone': zone,
  'AWS::ServiceDiscovery::PrivateDnsNamespace': zone,
  'AWS::ServiceDiscovery::PublicDnsNamespace': zone,
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::WAFv2::RuleGroup': webAcl,
};
