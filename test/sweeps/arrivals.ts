import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { isTree, type Tree } from '../../config/layers.ts';
import { LEAST_FILE, MAIL, OPENID, SAML, WAYS_IN } from './ways-in.ts';

/** How a key is seen to arrive: on which preset, with what else, set from what to what. */
interface Arrival {
  readonly on: PresetName;
  readonly value: unknown;

  /** Settings that the key needs around it, in both syntheses. */
  readonly with?: PartialConfig;

  /** Settings that go with the value, in the second synthesis only. */
  readonly and?: PartialConfig;
}

const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mine-AbCdEf';
const certificate = (region: string) =>
  `arn:aws:acm:${region}:111122223333:certificate/12345678-1234-1234-1234-123456789012`;
const existingVpc = {
  vpcId: 'vpc-0123456789abcdef0',
  cidr: '10.9.0.0/16',
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  publicSubnetIds: ['subnet-1', 'subnet-2'],
  privateSubnetIds: ['subnet-3', 'subnet-4'],
  isolatedSubnetIds: ['subnet-5', 'subnet-6'],
};
/** A VPC that somebody else made. */
export const inExistingVpc: PartialConfig = {
  network: { existingVpc, natGateways: 0, flowLogs: false },
};
const zone = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
const aurora: PartialConfig = { vectorStore: { type: 'aurora', minAcu: 1, maxAcu: 4, readers: 0 } };

const slack = { workspaceId: 'T012ABCDEFG', channelId: 'C012AB3CD' };
const teams = {
  tenantId: '11111111-2222-4333-8444-555555555555',
  teamId: '66666666-7777-4888-8999-000000000000',
  channelId: '19%3ab6ef35dc342d56ba%40thread.tacv2',
};
const openid: PartialConfig = { signIn: { sso: OPENID } };
const withRoles: PartialConfig = { signIn: WAYS_IN['OpenID alone, with everything']!.signIn };
const saml: PartialConfig = { signIn: { sso: SAML } };

/** One change for every key of the schema. */
export const ARRIVALS: Readonly<Record<string, Arrival>> = {
  mode: { on: 'production-ecs', value: 'ec2' },
  environment: { on: 'minimal-dev', value: 'staging' },
  stackName: { on: 'minimal-dev', value: 'Other' },
  account: { on: 'minimal-dev', value: '111122223333' },
  region: { on: 'minimal-dev', value: 'eu-central-1' },
  librechatVersion: { on: 'minimal-dev', value: 'v0.8.9' },
  imageRegistry: { on: 'production-ecs', value: 'registry.example.com/mirror' },
  'network.existingVpc.vpcId': { on: 'production-ecs', with: inExistingVpc, value: 'vpc-00000000' },
  'network.existingVpc.cidr': {
    on: 'production-ecs',
    with: { network: { ...inExistingVpc.network, interfaceEndpoints: ['logs'] } },
    value: '10.8.0.0/16',
  },
  'network.existingVpc.availabilityZones': {
    on: 'minimal-dev',
    with: inExistingVpc,
    value: ['us-east-1c', 'us-east-1d'],
  },
  'network.existingVpc.publicSubnetIds': {
    on: 'production-ecs',
    with: { ...inExistingVpc, access: zone },
    value: ['subnet-7', 'subnet-8'],
  },
  'network.existingVpc.privateSubnetIds': {
    on: 'production-ecs',
    with: inExistingVpc,
    value: ['subnet-7', 'subnet-8'],
  },
  'network.existingVpc.isolatedSubnetIds': {
    on: 'production-ecs',
    with: inExistingVpc,
    value: ['subnet-7', 'subnet-8'],
  },
  'network.cidr': { on: 'minimal-dev', value: '10.7.0.0/16' },
  'network.zones': { on: 'production-ecs', value: 3 },
  'network.zoneNames': { on: 'production-ecs', value: ['us-east-1c', 'us-east-1d'] },
  'network.natGateways': { on: 'production-ecs', value: 2 },
  'network.natType': { on: 'production-ecs', value: 'instance' },
  'network.natRelease': { on: 'minimal-dev', value: '2' },
  'network.interfaceEndpoints': {
    on: 'production-ecs',
    value: ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'ssm', 'ssmmessages', 'bedrock-runtime'],
  },
  'network.flowLogs': { on: 'production-ecs', value: true },
  'access.type': { on: 'production-ecs', value: 'domain', and: { access: zone } },
  'access.domainName': {
    on: 'production-ecs',
    value: 'chat.example.com',
    and: { access: { certificateArn: certificate('us-east-1') } },
  },
  'access.certificateArn': { on: 'production-ecs', with: { access: zone }, value: certificate('eu-west-1') },
  'access.allowedCidrs': { on: 'production-ecs', with: { access: zone }, value: ['192.0.2.0/24'] },
  'access.originReadTimeoutSeconds': { on: 'minimal-dev', value: 60 },
  'access.waf.enabled': { on: 'production-ecs', value: true },
  'access.waf.requestsPerFiveMinutes': { on: 'enterprise', value: 500 },
  'access.logs': { on: 'production-ecs', value: false },
  'access.hostedZoneId': { on: 'production-ecs', with: { access: zone }, value: 'ZABCDEFGH1234' },
  'documentStore.type': { on: 'production-ec2', value: 'container' },
  'documentStore.instanceClass': { on: 'production-ecs', value: 'db.r6g.large' },
  'documentStore.instances': { on: 'production-ecs', value: 3 },
  'documentStore.uriSecretArn': {
    on: 'production-ecs',
    with: { documentStore: { type: 'external', uriSecretArn: secret } },
    value: secret.replace('mine', 'other'),
  },
  'vectorStore.type': { on: 'production-ecs', value: 'aurora' },
  'vectorStore.instanceClass': { on: 'production-ecs', value: 'db.m7g.large' },
  'vectorStore.storageGiB': { on: 'production-ecs', value: 40 },
  'vectorStore.maxStorageGiB': { on: 'production-ecs', value: 400 },
  'vectorStore.multiAz': { on: 'production-ecs', value: false },
  'vectorStore.hnswDimensions': { on: 'production-ecs', value: 1024 },
  'vectorStore.minAcu': { on: 'production-ecs', with: aurora, value: 0 },
  'vectorStore.maxAcu': { on: 'production-ecs', with: aurora, value: 16 },
  'vectorStore.readers': { on: 'production-ecs', with: aurora, value: 2 },
  'redis.type': { on: 'production-ec2', value: 'container' },
  'redis.nodeType': { on: 'production-ecs', value: 'cache.m7g.large' },
  'redis.replicas': { on: 'production-ecs', value: 0 },
  'features.rag': { on: 'production-ecs', value: false },
  'features.search': { on: 'production-ecs', value: false },
  'features.fileStrategy': { on: 'production-ecs', value: 'local' },
  'embeddings.provider': {
    on: 'production-ecs',
    with: { models: { providerKeySecretArns: { openai: secret } } },
    value: 'openai',
  },
  'embeddings.model': { on: 'production-ecs', value: 'cohere.embed-multilingual-v3' },
  'models.bedrock.enabled': { on: 'production-ecs', value: false },
  'models.bedrock.region': { on: 'production-ecs', value: 'eu-west-1' },
  'models.bedrock.modelIds': { on: 'production-ecs', value: ['amazon.nova-lite-v1:0'] },
  'models.providerKeySecretArns.openai': { on: 'production-ecs', value: secret },
  'models.providerKeySecretArns.anthropic': { on: 'minimal-dev', value: secret },
  'models.providerKeySecretArns.google': { on: 'production-ecs', value: secret },
  'registration.policy': { on: 'production-ecs', value: 'open' },
  'registration.allowedDomains': {
    on: 'minimal-dev',
    with: { registration: { policy: 'domains', allowedDomains: ['example.com'] } },
    value: ['example.org'],
  },
  'signIn.email': { on: 'production-ecs', with: openid, value: false },
  'signIn.passwordReset': { on: 'production-ecs', with: { mail: MAIL }, value: true },
  'signIn.emailVerification': { on: 'minimal-dev', with: { mail: MAIL }, value: true },
  'signIn.sso.type': { on: 'production-ecs', value: 'openid', and: openid },
  'signIn.sso.issuer': { on: 'production-ecs', with: openid, value: 'https://login.example.com' },
  'signIn.sso.clientId': { on: 'minimal-dev', with: openid, value: 'other' },
  'signIn.sso.clientSecretArn': { on: 'production-ecs', with: openid, value: secret },
  'signIn.sso.scope': { on: 'production-ecs', with: openid, value: 'openid email' },
  'signIn.sso.buttonLabel': { on: 'production-ecs', with: openid, value: 'Staff' },
  'signIn.sso.autoRedirect': { on: 'production-ecs', with: openid, value: true },
  'signIn.sso.logoutAtProvider': { on: 'production-ecs', with: openid, value: true },
  'signIn.sso.requiredRole.roles': { on: 'production-ecs', with: withRoles, value: ['others'] },
  'signIn.sso.requiredRole.claim': { on: 'production-ecs', with: withRoles, value: 'roles' },
  'signIn.sso.requiredRole.token': { on: 'production-ecs', with: withRoles, value: 'access' },
  'signIn.sso.adminRole.role': { on: 'production-ecs', with: withRoles, value: 'others' },
  'signIn.sso.adminRole.claim': { on: 'production-ecs', with: withRoles, value: 'roles' },
  'signIn.sso.adminRole.token': { on: 'production-ecs', with: withRoles, value: 'access' },
  'signIn.sso.entryPoint': { on: 'production-ecs', with: saml, value: 'https://login.example.com/other' },
  'signIn.sso.certificate': { on: 'production-ecs', with: saml, value: 'MIID'.repeat(200) },
  'mail.host': { on: 'production-ecs', with: { mail: MAIL }, value: 'smtp.example.com' },
  'mail.port': { on: 'production-ecs', with: { mail: MAIL }, value: 2587 },
  'mail.encryption': { on: 'production-ecs', with: { mail: MAIL }, value: 'tls', and: { mail: { port: 465 } } },
  'mail.from': { on: 'minimal-dev', with: { mail: MAIL }, value: 'other@example.com' },
  'mail.fromName': { on: 'production-ecs', with: { mail: MAIL }, value: 'Chat' },
  'mail.loginSecretArn': { on: 'production-ecs', with: { mail: MAIL }, value: secret },
  librechatConfigFile: { on: 'production-ecs', value: LEAST_FILE },
  librechatVariables: { on: 'production-ecs', value: { APP_TITLE: 'Chat' } },
  librechatSecretArns: { on: 'minimal-dev', value: { OPENROUTER_KEY: secret } },
  'data.removalPolicy': { on: 'minimal-dev', value: 'retain' },
  'data.deletionProtection': { on: 'production-ecs', value: false },
  'data.backupRetentionDays': { on: 'production-ecs', value: 21 },
  'data.backupPlan': { on: 'minimal-dev', value: true },
  'data.vaultLock': { on: 'production-ecs', value: true },
  'data.copyVaultArn': {
    on: 'production-ecs',
    value: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:copies',
  },
  'data.rotateMasterPasswords': { on: 'production-ecs', value: false },
  'monitoring.alertEmail': { on: 'production-ecs', value: 'ops@example.com' },
  'monitoring.alarms': { on: 'production-ec2', value: false },
  'monitoring.dashboard': { on: 'production-ecs', value: false },
  'monitoring.logRetentionDays': { on: 'minimal-dev', value: 3653 },
  'monitoring.encryptLogs': { on: 'minimal-dev', value: true },
  'monitoring.applicationMetrics': { on: 'minimal-dev', value: true },
  'monitoring.monthlyBudgetUsd': {
    on: 'production-ecs',
    with: { monitoring: { alertEmail: 'ops@example.com' } },
    value: 500,
  },
  'monitoring.slack.workspaceId': { on: 'production-ecs', with: { monitoring: { slack } }, value: 'T00000000' },
  'monitoring.slack.channelId': { on: 'production-ecs', with: { monitoring: { slack } }, value: 'C00000000' },
  'monitoring.teams.tenantId': { on: 'production-ecs', with: { monitoring: { teams } }, value: teams.teamId },
  'monitoring.teams.teamId': { on: 'production-ecs', with: { monitoring: { teams } }, value: teams.tenantId },
  'monitoring.teams.channelId': {
    on: 'production-ecs',
    with: { monitoring: { teams } },
    value: '19%3aother%40thread.tacv2',
  },
  'audit.trail': { on: 'production-ecs', value: 'own' },
  'audit.trailLock': { on: 'enterprise', value: 'compliance' },
  'audit.trailRetentionDays': { on: 'enterprise', value: 400 },
  'audit.configRules': { on: 'production-ecs', value: true },
  'audit.guardDuty': { on: 'minimal-dev', value: true },
  'audit.securityHub': { on: 'minimal-dev', value: true },
  'tagging.owner': { on: 'minimal-dev', value: 'Team Chat' },
  'tagging.costCenter': { on: 'minimal-dev', value: '42' },
  'tagging.dataClassification': { on: 'minimal-dev', value: 'internal' },
  tags: { on: 'minimal-dev', value: { Project: '42' } },
  compliance: { on: 'enterprise', value: ['soc2'] },
  'instance.type': { on: 'minimal-dev', value: 'm7i.large' },
  'instance.rootVolumeGiB': { on: 'minimal-dev', value: 50 },
  'instance.dataVolumeGiB': { on: 'minimal-dev', value: 50 },
  'instance.keyPairName': {
    on: 'minimal-dev',
    with: { instance: { keyPairName: 'one', sshCidrs: ['192.0.2.1/32'] } },
    value: 'other',
  },
  'instance.sshCidrs': {
    on: 'minimal-dev',
    with: { instance: { keyPairName: 'one', sshCidrs: ['192.0.2.1/32'] } },
    value: ['192.0.2.2/32'],
  },
  'instance.amiRelease': { on: 'minimal-dev', value: '2' },
  'instance.patching': { on: 'minimal-dev', value: 'off' },
  'instance.loadBalancer': { on: 'minimal-dev', value: true },
  'service.architecture': { on: 'production-ecs', value: 'x86_64' },
  'service.spot': { on: 'production-ecs', value: true },
  'service.subnets': { on: 'production-ecs', value: 'public' },
  'service.executeCommand': { on: 'production-ecs', value: true },
  'service.containerInsights': { on: 'production-ecs', value: true },
  'service.librechat.cpu': { on: 'production-ecs', value: 512 },
  'service.librechat.memoryMiB': { on: 'production-ecs', value: 4096 },
  'service.librechat.minTasks': { on: 'production-ecs', value: 3 },
  'service.librechat.maxTasks': { on: 'production-ecs', value: 9 },
  'service.ragApi.cpu': { on: 'production-ecs', value: 1024 },
  'service.ragApi.memoryMiB': { on: 'production-ecs', value: 4096 },
  'service.ragApi.tasks': { on: 'production-ecs', value: 3 },
  'service.meilisearch.cpu': { on: 'production-ecs', value: 1024 },
  'service.meilisearch.memoryMiB': { on: 'production-ecs', value: 4096 },
};

/** What both syntheses of a key have, and what the second one has. */
export function arrival(path: string): { readonly around: PartialConfig; readonly changed: PartialConfig } {
  const { value, with: around = {}, and = {} } = ARRIVALS[path]!;
  return { around, changed: merged(around, merged(at(path, value), and)) as PartialConfig };
}

/** One configuration over another: groups are merged, everything else is taken from the other. */
export function merged(one: unknown, other: unknown): unknown {
  if (!isTree(one) || !isTree(other)) return other;
  return Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [
      key,
      key in other ? merged(one[key], other[key]) : one[key],
    ]),
  );
}

const at = (path: string, value: unknown): Tree =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
