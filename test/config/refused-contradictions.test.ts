import { describe, expect, test } from 'vitest';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { refusal } from './loading.ts';

const http = ['access.type=http'];
const production = { source: 'production-ec2' };
const ecs = { source: 'production-ecs' };

describe('what is each right and together wrong', () => {
  test.each<[string, ConfigSources, string]>([
    [
      'overlapping ranges',
      { flags: [...http, 'access.allowedCidrs=10.0.0.0/8,10.1.0.0/16'] },
      'access.allowedCidrs[1]: 10.1.0.0/16 overlaps 10.0.0.0/8: keep the wider one (--set access.allowedCidrs)',
    ],
    [
      'a VPC that overlaps what Docker uses',
      { flags: ['network.cidr=172.17.0.0/16'] },
      'network.cidr: 172.17.0.0/16 overlaps 172.17.0.0/16, which Docker uses inside the machine: choose another range (--set network.cidr)',
    ],
    [
      'private tasks without NAT',
      { ...ecs, flags: ['network.natGateways=0', 'network.interfaceEndpoints=secretsmanager'] },
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
      'short logs under HIPAA',
      { source: 'enterprise', flags: ['compliance=hipaa', 'monitoring.logRetentionDays=30'] },
      'monitoring.logRetentionDays: hipaa wants logs of a year: 365 or more, got 30 (--set monitoring.logRetentionDays)',
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
      'documents without a store for them',
      { flags: ['features.rag=true'] },
      'vectorStore: features.rag needs a vector store: set vectorStore.type to container, rds or aurora (default)',
    ],
  ])('refuses %s', (_, sources, message) => {
    expect(refusal(sources)).toEqual([message]);
  });
});
