import { CLOUDFRONT_REGION, OPT_IN_REGIONS } from '../regions.ts';
import type { DeploymentConfig } from '../schema.ts';
import { EVERYBODY, isProduction, overlap, type Report } from './common.ts';

export function networkRules(config: DeploymentConfig, report: Report): void {
  const { network } = config;
  const prefix = Number(network.cidr.split('/')[1]);
  if (prefix < 16 || prefix > 21) report('network.cidr', `a VPC for this stack is a /16 to a /21, got ${network.cidr}`);
  if (network.natGateways > network.zones) {
    report(
      'network.natGateways',
      `${network.natGateways} NAT for ${network.zones} zone(s): set at most one a zone, or raise network.zones`,
    );
  }
  if (network.natType === 'instance' && network.natGateways === 0 && network.existingVpc === undefined) {
    report(
      'network.natType',
      "there is no NAT to be an instance: set network.natGateways to 1 or more, or leave natType at 'gateway'",
    );
  }
  if (config.mode === 'ec2' && overlap(network.existingVpc?.cidr ?? network.cidr, '172.17.0.0/16')) {
    const path = network.existingVpc === undefined ? 'network.cidr' : 'network.existingVpc.cidr';
    report(
      path,
      `${network.existingVpc?.cidr ?? network.cidr} overlaps 172.17.0.0/16, which Docker uses inside the machine: choose another range`,
    );
  }
  const managed =
    config.documentStore.type === 'documentdb' ||
    (config.features.rag && config.vectorStore !== undefined && config.vectorStore.type !== 'container');
  if (
    managed &&
    network.natGateways === 0 &&
    network.existingVpc === undefined &&
    !network.interfaceEndpoints.includes('secretsmanager')
  ) {
    report(
      'network.interfaceEndpoints',
      "the database initializers read their secrets from a network without NAT: add 'secretsmanager', or set network.natGateways to 1",
    );
  }
  existingVpcRules(config, report);
  zoneRules(config, report);
}

/** Zones that a VPC has at least: databases and balancers need them. */
const LEAST_ZONES = 2;

function zoneRules({ network: { zoneNames, zones, existingVpc }, region }: DeploymentConfig, report: Report): void {
  if (zoneNames === undefined) return;
  const needed = Math.max(zones, LEAST_ZONES);
  if (existingVpc !== undefined)
    report('network.zoneNames', 'an existing VPC has its zones: list them in existingVpc.availabilityZones only');
  else if (zoneNames.length !== needed)
    report(
      'network.zoneNames',
      `the VPC has ${needed} zones (network.zones ${zones}, and ${LEAST_ZONES} at least), got ${zoneNames.length} names: name ${needed}`,
    );
  zoneNames.forEach((name, index) => {
    const path = `network.zoneNames[${index}]`;
    const home = region ?? zoneNames[0]?.slice(0, -1) ?? '';
    if (zoneNames.indexOf(name) < index) report(path, `${name} is named twice: choose another zone`);
    if (name.slice(0, -1) !== home) report(path, `${name} is no zone of ${home}: all are of the region of the stack`);
  });
}

function existingVpcRules({ network, mode }: DeploymentConfig, report: Report): void {
  const vpc = network.existingVpc;
  if (vpc === undefined) return;
  const zones = vpc.availabilityZones.length;
  if (network.zones > zones)
    report('network.zones', `the existing VPC lists ${zones} zones, got ${network.zones}: lower network.zones`);
  if (network.natGateways > 0)
    report('network.natGateways', `an existing VPC keeps its own NAT: set 0, got ${network.natGateways}`);
  if (network.flowLogs) report('network.flowLogs', 'flow logs belong to the owner of the existing VPC: set false');
  for (const key of ['publicSubnetIds', 'privateSubnetIds', 'isolatedSubnetIds'] as const) {
    const ids = vpc[key];
    if (ids.length !== 0 && ids.length !== zones)
      report(`network.existingVpc.${key}`, `one subnet for each of the ${zones} zones, got ${ids.length}`);
  }
  if (vpc.publicSubnetIds.length === 0 && vpc.privateSubnetIds.length === 0) {
    report(
      'network.existingVpc.privateSubnetIds',
      `mode ${mode} needs private or public subnets to run in, got none of both`,
    );
  }
}

export function accessRules(config: DeploymentConfig, report: Report): void {
  const { access } = config;
  access.allowedCidrs.forEach((range, index) => {
    const other = access.allowedCidrs.slice(0, index).find((earlier) => overlap(earlier, range));
    if (other !== undefined) report(`access.allowedCidrs[${index}]`, `${range} overlaps ${other}: keep the wider one`);
  });
  if (access.type === 'cloudfront') {
    if ((access.domainName === undefined) !== (access.certificateArn === undefined)) {
      report('access', 'domainName and certificateArn of CloudFront go together: set both or neither');
    }
    if (access.certificateArn !== undefined && !access.certificateArn.includes(`:${CLOUDFRONT_REGION}:`)) {
      report(
        'access.certificateArn',
        `CloudFront takes certificates of ${CLOUDFRONT_REGION} only, got ${access.certificateArn}`,
      );
    }
    originRules(config, report);
  }
  if (access.type === 'domain') domainRules(config, access, report);
  groupRules(config, report);
  firewallRules(config, report);
  accessLogRules(config, report);
  if (access.type === 'http' && isProduction(config) && access.allowedCidrs.includes(EVERYBODY)) {
    report(
      'access.type',
      `plain HTTP open to ${EVERYBODY} in ${config.environment}: use 'cloudfront' or 'domain', or limit access.allowedCidrs`,
    );
  }
}

/** CloudFront comes into the VPC by interfaces in the subnets of its origin; in public ones no answer finds back. */
function originRules({ network }: DeploymentConfig, report: Report): void {
  if (network.existingVpc === undefined) {
    if (network.natGateways > 0) return;
    report(
      'network.natGateways',
      "CloudFront reaches only what stands in private subnets, and 0 NAT makes none: set 1 or more (network.natType 'instance' for about $7 a month), or access.type to 'domain' or 'http'",
    );
  } else if (network.existingVpc.privateSubnetIds.length === 0) {
    report(
      'network.existingVpc.privateSubnetIds',
      "CloudFront reaches only what stands in private subnets, got none: list them, or set access.type to 'domain' or 'http'",
    );
  }
}

/** Rules that a security group holds unless AWS is asked for more, and those that CloudFront's addresses count as. */
const RULES_OF_A_GROUP = 60;
const RULES_OF_CLOUDFRONT = 55;

function groupRules(config: DeploymentConfig, report: Report): void {
  const { access } = config;
  const [ranges, ports] =
    access.type === 'cloudfront' ? [0, 0] : [access.allowedCidrs.length, access.type === 'domain' ? 2 : 1];
  if (ranges * ports > RULES_OF_A_GROUP) {
    report(
      'access.allowedCidrs',
      `${ranges} ranges on ${ports} port(s) are ${ranges * ports} rules, and a security group holds ${RULES_OF_A_GROUP}: list ${RULES_OF_A_GROUP / ports} at most, wider ones`,
    );
  }
  if (config.mode !== 'ec2') return;
  const ssh = config.instance.sshCidrs.length;
  const [others, whose] = isBalanced(config)
    ? ([1, 'the balancer'] as const)
    : access.type === 'cloudfront'
      ? ([RULES_OF_CLOUDFRONT, "CloudFront's addresses"] as const)
      : ([ranges, 'access.allowedCidrs'] as const);
  if (ssh > 0 && ssh + others > RULES_OF_A_GROUP) {
    report(
      'instance.sshCidrs',
      `${ssh} ranges and ${others} for ${whose} are ${ssh + others} rules, and the machine's security group holds ${RULES_OF_A_GROUP}: list ${Math.max(0, RULES_OF_A_GROUP - others)} at most, wider ones`,
    );
  }
}

const isBalanced = (config: DeploymentConfig) => config.mode === 'ecs' || config.instance.loadBalancer;

function firewallRules(config: DeploymentConfig, report: Report): void {
  const { access, region } = config;
  if (!access.waf.enabled || isBalanced(config)) return;
  if (access.type !== 'cloudfront') {
    report(
      'access.waf.enabled',
      'a machine that people call directly can have no firewall of AWS: set instance.loadBalancer to true, or this to false',
    );
  } else if (region !== CLOUDFRONT_REGION) {
    report(
      'access.waf.enabled',
      `the firewall of CloudFront lives in ${CLOUDFRONT_REGION}, got region ${region ?? 'of the credentials'}: set region to ${CLOUDFRONT_REGION}, instance.loadBalancer to true (the firewall is then at the balancer), or this to false`,
    );
  }
}

function accessLogRules(config: DeploymentConfig, report: Report): void {
  const { access, region = '' } = config;
  if (!access.logs) return;
  if (access.type === 'http' && !isBalanced(config)) {
    report(
      'access.logs',
      'there is neither CloudFront nor a balancer to record requests; nginx on the machine does it in any case: set false',
    );
  }
  if (access.type === 'cloudfront' && OPT_IN_REGIONS.includes(region)) {
    report(
      'access.logs',
      `CloudFront delivers no logs to buckets in ${region}: set false, or access.type to 'domain', whose balancer does`,
    );
  }
}

function domainRules(
  config: DeploymentConfig,
  access: Extract<DeploymentConfig['access'], { type: 'domain' }>,
  report: Report,
): void {
  if (access.hostedZoneId === undefined && access.certificateArn === undefined) {
    report(
      'access',
      `no certificate for ${access.domainName}: set certificateArn, or hostedZoneId so that one can be made`,
    );
  }
  if (config.mode === 'ec2' && !config.instance.loadBalancer) {
    report(
      'instance.loadBalancer',
      "a certificate of ACM needs a load balancer: set true, or use access.type 'cloudfront' with domainName and certificateArn",
    );
  }
}
