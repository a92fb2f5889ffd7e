import { BlockList } from 'node:net';
import type { z } from 'zod';
import type { DeploymentConfig, Ec2Config, EcsConfig } from './schema.ts';

/** Tells what is wrong at a path, with the value and what to do. */
type Report = (path: string, message: string) => void;

const EVERYBODY = '0.0.0.0/0';

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

const isProduction = (config: DeploymentConfig) =>
  config.environment === 'production' || config.environment === 'enterprise';

function contains(outer: string, inner: string): boolean {
  const [address = '', prefix = '32'] = outer.split('/');
  const [innerAddress = '', innerPrefix = '32'] = inner.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), 'ipv4');
  return Number(innerPrefix) >= Number(prefix) && list.check(innerAddress, 'ipv4');
}

const overlap = (one: string, other: string) => contains(one, other) || contains(other, one);

function networkRules(config: DeploymentConfig, report: Report): void {
  const { network } = config;
  const prefix = Number(network.cidr.split('/')[1]);
  if (prefix < 16 || prefix > 21) report('network.cidr', `a VPC for this stack is a /16 to a /21, got ${network.cidr}`);
  if (network.natGateways > network.zones) {
    report(
      'network.natGateways',
      `${network.natGateways} NAT for ${network.zones} zone(s): set at most one a zone, or raise network.zones`,
    );
  }
  if (network.natType === 'instance' && network.natGateways === 0) {
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

function accessRules(config: DeploymentConfig, report: Report): void {
  const { access } = config;
  access.allowedCidrs.forEach((range, index) => {
    const other = access.allowedCidrs.slice(0, index).find((earlier) => overlap(earlier, range));
    if (other !== undefined) report(`access.allowedCidrs[${index}]`, `${range} overlaps ${other}: keep the wider one`);
  });
  if (access.type === 'cloudfront') {
    if ((access.domainName === undefined) !== (access.certificateArn === undefined)) {
      report('access', 'domainName and certificateArn of CloudFront go together: set both or neither');
    }
    if (access.certificateArn !== undefined && !access.certificateArn.includes(':us-east-1:')) {
      report('access.certificateArn', `CloudFront takes certificates of us-east-1 only, got ${access.certificateArn}`);
    }
    if (access.allowedCidrs.join() !== EVERYBODY) {
      report(
        'access.allowedCidrs',
        `CloudFront does not look at addresses, got ${access.allowedCidrs.join(', ')}: use access.type 'domain', or leave ${EVERYBODY}`,
      );
    }
  }
  if (access.type === 'domain') domainRules(config, access, report);
  if (access.type === 'http' && isProduction(config) && access.allowedCidrs.includes(EVERYBODY)) {
    report(
      'access.type',
      `plain HTTP open to ${EVERYBODY} in ${config.environment}: use 'cloudfront' or 'domain', or limit access.allowedCidrs`,
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

function storeRules(config: DeploymentConfig, report: Report): void {
  const { features, vectorStore, data, embeddings, models } = config;
  if (features.rag && vectorStore === undefined)
    report('vectorStore', 'features.rag needs a vector store: set vectorStore.type to container, rds or aurora');
  if (vectorStore?.type === 'rds' && vectorStore.storageGiB > vectorStore.maxStorageGiB) {
    report(
      'vectorStore.maxStorageGiB',
      `must not be below storageGiB ${vectorStore.storageGiB}, got ${vectorStore.maxStorageGiB}`,
    );
  }
  if (vectorStore?.type === 'aurora' && vectorStore.minAcu > vectorStore.maxAcu) {
    report('vectorStore.maxAcu', `must not be below minAcu ${vectorStore.minAcu}, got ${vectorStore.maxAcu}`);
  }
  if (features.rag && embeddings.provider === 'openai' && models.providerKeySecretArns.openai === undefined) {
    report('embeddings.provider', 'openai needs a key: set models.providerKeySecretArns.openai');
  }
  if (data.deletionProtection && data.removalPolicy !== 'retain') {
    report(
      'data.removalPolicy',
      `deletion protection would block the ${data.removalPolicy} of a deleted stack: set 'retain', or switch data.deletionProtection off`,
    );
  }
}

function ec2Rules(config: Ec2Config, report: Report): void {
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

function ecsRules(config: EcsConfig, report: Report): void {
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

function peopleRules({ registration, monitoring, tags }: DeploymentConfig, report: Report): void {
  if (registration.policy === 'domains' && registration.allowedDomains.length === 0)
    report('registration.allowedDomains', "policy 'domains' needs at least one domain");
  if (registration.policy !== 'domains' && registration.allowedDomains.length > 0) {
    report('registration.policy', `allowedDomains work with policy 'domains' only, got '${registration.policy}'`);
  }
  if (monitoring.alertEmail !== undefined && !monitoring.alarms)
    report('monitoring.alertEmail', 'no alarm would ever write to it: set monitoring.alarms to true');
  for (const key of Object.keys(tags))
    if (/^aws:/i.test(key)) report(`tags.${key}`, "AWS keeps the prefix 'aws:' for itself: choose another name");
  // AWS allows 50 tags a resource; the stack sets some itself.
  if (Object.keys(tags).length > 40) report('tags', `at most 40 tags of your own, got ${Object.keys(tags).length}`);
}

function complianceRules(config: DeploymentConfig, report: Report): void {
  if (config.compliance.length === 0) return;
  const rules = config.compliance.length === 1 ? `${config.compliance[0] ?? ''} wants` : `${config.compliance.join(' and ')} want`;
  const demand = (met: boolean, path: string, wanted: string) => {
    if (!met) report(path, `${rules} ${wanted}`);
  };
  demand(config.access.type !== 'http', 'access.type', "encryption on the way: 'cloudfront' or 'domain'");
  demand(config.registration.policy !== 'open', 'registration.policy', "known users: 'closed' or 'domains'");
  demand(
    config.network.flowLogs || config.network.existingVpc !== undefined,
    'network.flowLogs',
    'a record of connections: true',
  );
  demand(
    config.monitoring.logRetentionDays >= 365,
    'monitoring.logRetentionDays',
    `logs of a year: 365 or more, got ${config.monitoring.logRetentionDays}`,
  );
  demand(
    config.data.backupRetentionDays >= 7,
    'data.backupRetentionDays',
    `backups of a week: 7 or more, got ${config.data.backupRetentionDays}`,
  );
  demand(config.data.deletionProtection, 'data.deletionProtection', 'deletion protection: true');
}

/** Settings that are each right and together wrong. */
export function crossFieldRules(config: DeploymentConfig, context: z.core.$RefinementCtx): void {
  // Zod comes here also with values that it has refused; the rules may rely on each single value being right.
  if (context.issues.length > 0) return;
  const report: Report = (path, message) => {
    context.addIssue({
      code: 'custom',
      message,
      path: path
        .split(/[.[\]]+/)
        .filter((key) => key !== '')
        .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    });
  };
  networkRules(config, report);
  accessRules(config, report);
  storeRules(config, report);
  peopleRules(config, report);
  complianceRules(config, report);
  if (config.mode === 'ec2') ec2Rules(config, report);
  else ecsRules(config, report);
}
