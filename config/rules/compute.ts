import type { Ec2Config, EcsConfig } from '../schema.ts';
import { EVERYBODY, isProduction, type Report } from './common.ts';

/** Fargate's memory for each CPU size in MiB: least, most, step. Source: Amazon ECS developer guide, task size. */
const FARGATE_MEMORY: Readonly<Record<number, readonly [number, number, number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
};

/** What tasks without any way to the internet call: image layers, logs and secrets. */
const CLOSED_NETWORK_ENDPOINTS = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'] as const;

export function ec2Rules(config: Ec2Config, report: Report): void {
  const { sshCidrs, keyPairName } = config.instance;
  if (sshCidrs.length > 0 && keyPairName === undefined)
    report(
      'instance.keyPairName',
      'sshCidrs are open but there is no key to log in with: set keyPairName, or remove sshCidrs',
    );
  if (keyPairName !== undefined && sshCidrs.length === 0)
    report(
      'instance.sshCidrs',
      `key pair ${keyPairName} is of no use with SSH closed: list the addresses in sshCidrs, or remove keyPairName`,
    );
  if (isProduction(config) && sshCidrs.includes(EVERYBODY)) {
    report(
      'instance.sshCidrs',
      `SSH open to ${EVERYBODY} in ${config.environment}: list your own addresses, or use Session Manager`,
    );
  }
}

export function ecsRules(config: EcsConfig, report: Report): void {
  const { librechat, subnets } = config.service;
  for (const store of ['documentStore', 'vectorStore', 'redis'] as const) {
    if (config[store]?.type === 'container')
      report(
        `${store}.type`,
        "'container' keeps its data on the machine of mode ec2; mode ecs needs a managed or external one",
      );
  }
  if (librechat.maxTasks > 1 && config.redis.type === 'none') {
    report(
      'redis.type',
      `${librechat.maxTasks} LibreChat tasks share sessions and streams through Redis: set 'elasticache', or service.librechat.maxTasks to 1`,
    );
  }
  if (librechat.minTasks > librechat.maxTasks) {
    report('service.librechat.maxTasks', `must not be below minTasks ${librechat.minTasks}, got ${librechat.maxTasks}`);
  }
  for (const [name, { cpu, memoryMiB }] of Object.entries({
    librechat,
    ragApi: config.service.ragApi,
    meilisearch: config.service.meilisearch,
  })) {
    const [least, most, step] = FARGATE_MEMORY[cpu] ?? [0, 0, 1];
    if (memoryMiB < least || memoryMiB > most || memoryMiB % step !== 0) {
      report(
        `service.${name}.memoryMiB`,
        `Fargate pairs cpu ${cpu} with ${least} to ${most} MiB in steps of ${step}, got ${memoryMiB}`,
      );
    }
  }
  if (subnets === 'private') privateTaskRules(config, report);
}

function privateTaskRules(config: EcsConfig, report: Report): void {
  const { natGateways, existingVpc, interfaceEndpoints } = config.network;
  if (existingVpc !== undefined) {
    if (existingVpc.privateSubnetIds.length === 0)
      report('network.existingVpc.privateSubnetIds', "service.subnets is 'private' but no private subnets are listed");
    return;
  }
  if (natGateways > 0) return;
  const missing = CLOSED_NETWORK_ENDPOINTS.filter((service) => !interfaceEndpoints.includes(service));
  if (config.imageRegistry === undefined || missing.length > 0) {
    report(
      'network.natGateways',
      `private tasks have no way to their images, logs and secrets with 0 NAT: set 1 or more, or service.subnets to 'public', or imageRegistry with the endpoints ${CLOSED_NETWORK_ENDPOINTS.join(', ')}`,
    );
  }
}
