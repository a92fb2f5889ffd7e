import { describe, expect, test } from 'vitest';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { refusal } from './loading.ts';

const http = ['access.type=http'];
const production = { source: 'production-ec2' };
const ecs = { source: 'production-ecs' };

/** As many addresses. */
const ranges = (count: number) => Array.from({ length: count }, (_, index) => `203.0.113.${index}/32`).join();

const PUBLIC_VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  cidr: '10.9.0.0/16',
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  publicSubnetIds: ['subnet-1', 'subnet-2'],
  privateSubnetIds: [],
  isolatedSubnetIds: ['subnet-5', 'subnet-6'],
};

describe('what is each right and together wrong', () => {
  test.each<[string, ConfigSources, string]>([
    [
      'overlapping ranges',
      { flags: [...http, 'access.allowedCidrs=10.0.0.0/8,10.1.0.0/16'] },
      'access.allowedCidrs[1]: 10.1.0.0/16 overlaps 10.0.0.0/8: keep the wider one (--set access.allowedCidrs)',
    ],
    [
      'more ranges than a security group holds, twice for a domain',
      {
        ...ecs,
        flags: [
          'access.type=domain',
          'access.domainName=chat.example.com',
          'access.hostedZoneId=Z0123456789ABC',
          `access.allowedCidrs=${ranges(31)}`,
        ],
      },
      'access.allowedCidrs: 31 ranges on 2 port(s) are 62 rules, and a security group holds 60: list 30 at most, wider ones (--set access.allowedCidrs)',
    ],
    [
      "more ranges for SSH than CloudFront's addresses leave",
      { flags: ['instance.keyPairName=mine', `instance.sshCidrs=${ranges(6)}`] },
      "instance.sshCidrs: 6 ranges and 55 for CloudFront's addresses are 61 rules, and the machine's security group holds 60: list 5 at most, wider ones (--set instance.sshCidrs)",
    ],
    [
      'more ranges for people and SSH together',
      {
        flags: [
          ...http,
          `access.allowedCidrs=${ranges(58)}`,
          'instance.keyPairName=mine',
          `instance.sshCidrs=${ranges(3)}`,
        ],
      },
      "instance.sshCidrs: 3 ranges and 58 for access.allowedCidrs are 61 rules, and the machine's security group holds 60: list 2 at most, wider ones (--set instance.sshCidrs)",
    ],
    [
      'fewer zones by name than the VPC has',
      { ...ecs, flags: ['network.zones=3', 'network.zoneNames=us-east-1b,us-east-1c'] },
      'network.zoneNames: the VPC has 3 zones (network.zones 3, and 2 at least), got 2 names: name 3 (--set network.zoneNames)',
    ],
    [
      'a zone of another region',
      { flags: ['region=eu-west-1', 'network.zoneNames=eu-west-1a,us-east-1b'] },
      'network.zoneNames[1]: us-east-1b is no zone of eu-west-1: all are of the region of the stack (--set network.zoneNames)',
    ],
    [
      'a zone that is named twice',
      { flags: ['network.zoneNames=us-east-1b,us-east-1b'] },
      'network.zoneNames[1]: us-east-1b is named twice: choose another zone (--set network.zoneNames)',
    ],
    [
      'a VPC that overlaps what Docker uses',
      { flags: ['network.cidr=172.17.0.0/16'] },
      'network.cidr: 172.17.0.0/16 overlaps 172.17.0.0/16, which Docker uses inside the machine: choose another range (--set network.cidr)',
    ],
    [
      'private tasks without NAT',
      {
        ...ecs,
        flags: [
          'network.natGateways=0',
          'network.interfaceEndpoints=secretsmanager',
          ...http,
          'access.allowedCidrs=10.0.0.0/8',
        ],
      },
      "network.natGateways: private tasks have no way to their images, logs and secrets with 0 NAT: set 1 or more, or service.subnets to 'public', or imageRegistry with the endpoints ecr.api, ecr.dkr, logs, secretsmanager (--set network.natGateways)",
    ],
    [
      'several tasks without Redis',
      { ...ecs, flags: ['redis.type=none'] },
      "redis.type: 6 LibreChat tasks share sessions and streams through Redis: set 'elasticache', or service.librechat.maxTasks to 1 (--set redis.type)",
    ],
    [
      'SSH open to the world in production',
      { ...production, flags: ['instance.sshCidrs=0.0.0.0/0', 'instance.keyPairName=mine'] },
      'instance.sshCidrs: SSH open to 0.0.0.0/0 in production: list your own addresses, or use Session Manager (--set instance.sshCidrs)',
    ],
    [
      'SSH without a key',
      { flags: ['instance.sshCidrs=203.0.113.4/32'] },
      'instance.keyPairName: sshCidrs are open but there is no key to log in with: set keyPairName, or remove sshCidrs (default)',
    ],
    [
      'a store in a container in mode ecs',
      { ...ecs, flags: ['documentStore.type=container'] },
      "documentStore.type: 'container' keeps its data on the machine of mode ec2; mode ecs needs a managed or external one (--set documentStore.type)",
    ],
    [
      'a pair of CPU and memory that Fargate lacks',
      { ...ecs, flags: ['service.ragApi.cpu=256', 'service.ragApi.memoryMiB=4096'] },
      'service.ragApi.memoryMiB: Fargate pairs cpu 256 with 512 to 2048 MiB in steps of 512, got 4096 (--set service.ragApi.memoryMiB)',
    ],
    [
      'a domain without certificate or zone',
      { ...production, flags: ['access.type=domain', 'access.domainName=chat.example.com'] },
      'access: no certificate for chat.example.com: set certificateArn, or hostedZoneId so that one can be made',
    ],
    [
      'deletion protection on what is destroyed with the stack',
      { ...production, flags: ['data.removalPolicy=destroy'] },
      "data.removalPolicy: deletion protection would block the destroy of a deleted stack: set 'retain', or switch data.deletionProtection off (--set data.removalPolicy)",
    ],
    [
      'a locked trail that is to be destroyed',
      { flags: ['audit.trail=own'] },
      "audit.trailLock: what is locked cannot be deleted with the stack, as data.removalPolicy 'destroy' wants: set 'none', or data.removalPolicy to 'retain' (default)",
    ],
    [
      'open registration under SOC 2',
      { source: 'enterprise', flags: ['compliance=soc2', 'registration.policy=open'] },
      "registration.policy: soc2 wants known users: 'closed' or 'domains' (--set registration.policy)",
    ],
    [
      'no trail under HIPAA and SOC 2',
      { source: 'enterprise', flags: ['audit.trail=none'] },
      "audit.trail: hipaa and soc2 want a record of who did what: 'own', or 'organization' where there is one (--set audit.trail)",
    ],
    [
      'short logs under HIPAA',
      { source: 'enterprise', flags: ['compliance=hipaa', 'monitoring.logRetentionDays=30'] },
      'monitoring.logRetentionDays: hipaa wants logs of a year: 365 or more, got 30 (--set monitoring.logRetentionDays)',
    ],
    [
      'a machine without security updates under SOC 2',
      {
        source: 'production-ec2',
        flags: [
          ...['compliance=soc2', 'instance.patching=off'],
          ...['network.flowLogs=true', 'monitoring.logRetentionDays=365', 'audit.trail=own'],
        ],
      },
      "instance.patching: soc2 wants security updates of the machine: a time such as 'SUN 04:30' (--set instance.patching)",
    ],
    [
      'plain HTTP under SOC 2',
      { source: 'enterprise', flags: [...http, 'access.allowedCidrs=10.0.0.0/8', 'compliance=soc2'] },
      "access.type: soc2 wants encryption on the way: 'cloudfront' or 'domain' (--set access.type)",
    ],
    [
      'plain HTTP open to everybody in production',
      { ...production, flags: http },
      "access.type: plain HTTP open to 0.0.0.0/0 in production: use 'cloudfront' or 'domain', or limit access.allowedCidrs (--set access.type)",
    ],
    [
      'an alarm address without alarms',
      { flags: ['monitoring.alertEmail=ops@example.com'] },
      'monitoring.alertEmail: no alarm would ever write to it: set monitoring.alarms to true (--set monitoring.alertEmail)',
    ],
    [
      'a channel without alarms',
      { flags: ['monitoring.slack={"workspaceId":"T012ABCDEFG","channelId":"C012AB3CD"}'] },
      'monitoring.slack: no alarm would ever write to it: set monitoring.alarms to true (--set monitoring.slack)',
    ],
    [
      'a budget that nobody is told of',
      { flags: ['monitoring.monthlyBudgetUsd=50'] },
      'monitoring.monthlyBudgetUsd: nobody would be told that 50 USD are spent: set monitoring.alertEmail, slack or teams (--set monitoring.monthlyBudgetUsd)',
    ],
    [
      'metrics of LibreChat that nothing fetches',
      { ...ecs, flags: ['monitoring.applicationMetrics=true'] },
      'monitoring.applicationMetrics: in mode ecs each task would need a second container that fetches them, for more than they tell: set false; CPU, memory, requests, errors and sign-ins are watched without (--set monitoring.applicationMetrics)',
    ],
    [
      'CloudFront before subnets that it cannot come into',
      { flags: ['network.natGateways=0', 'network.natType=gateway'] },
      "network.natGateways: CloudFront reaches only what stands in private subnets, and 0 NAT makes none: set 1 or more (network.natType 'instance' for about $7 a month), or access.type to 'domain' or 'http' (--set network.natGateways)",
    ],
    [
      'CloudFront before an existing VPC without private subnets',
      { flags: ['network.natGateways=0', `network.existingVpc=${JSON.stringify(PUBLIC_VPC)}`] },
      "network.existingVpc.privateSubnetIds: CloudFront reaches only what stands in private subnets, got none: list them, or set access.type to 'domain' or 'http' (--set network.existingVpc)",
    ],
    [
      'a firewall before a machine that people call directly',
      { flags: [...http, 'access.waf.enabled=true'] },
      'access.waf.enabled: a machine that people call directly can have no firewall of AWS: set instance.loadBalancer to true, or this to false (--set access.waf.enabled)',
    ],
    [
      'a firewall before CloudFront in another region',
      { flags: ['region=eu-west-1', 'access.waf.enabled=true'] },
      'access.waf.enabled: the firewall of CloudFront lives in us-east-1, got region eu-west-1: set region to us-east-1, instance.loadBalancer to true (the firewall is then at the balancer), or this to false (--set access.waf.enabled)',
    ],
    [
      'a firewall before CloudFront in a region that only the credentials know',
      { flags: ['access.waf.enabled=true'] },
      'access.waf.enabled: the firewall of CloudFront lives in us-east-1, got region of the credentials: set region to us-east-1, instance.loadBalancer to true (the firewall is then at the balancer), or this to false (--set access.waf.enabled)',
    ],
    [
      'access logs where nothing could write them',
      { flags: [...http, 'access.logs=true'] },
      'access.logs: there is neither CloudFront nor a balancer to record requests; nginx on the machine does it in any case: set false (--set access.logs)',
    ],
    [
      'access logs of CloudFront in a region that it delivers none to',
      { flags: ['region=eu-south-1', 'access.logs=true'] },
      "access.logs: CloudFront delivers no logs to buckets in eu-south-1: set false, or access.type to 'domain', whose balancer does (--set access.logs)",
    ],
    [
      'documents without a store for them',
      { flags: ['features.rag=true'] },
      'vectorStore: features.rag needs a vector store: set vectorStore.type to container, rds or aurora (default)',
    ],
  ])('refuses %s', (_, sources, message) => {
    expect(refusal(sources)).toEqual([message]);
  });
});
