import { resolvePreset } from '../../config/deployment-config.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';

const REGISTRY = `111122223333.dkr.ecr.us-east-1.amazonaws.com/mirror`;
const DOMAIN = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
const HTTP = { type: 'http' as const, allowedCidrs: ['192.0.2.0/24', '198.51.100.0/24'] };

const EXISTING_VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  cidr: '10.20.0.0/16',
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  publicSubnetIds: ['subnet-public1', 'subnet-public2'],
  privateSubnetIds: ['subnet-private1', 'subnet-private2'],
  isolatedSubnetIds: ['subnet-isolated1', 'subnet-isolated2'],
};

const WITHOUT_NAT = { natGateways: 0, natType: 'gateway' } as const;

/** Compute without any way to the internet: AWS is reached by endpoints. */
const CLOSED: PartialConfig = {
  access: DOMAIN,
  imageRegistry: REGISTRY,
  network: {
    natGateways: 0,
    interfaceEndpoints: ['bedrock-runtime', 'ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'ssmmessages'],
  },
  service: { executeCommand: true },
};

/** Changes of presets that change who reaches what. */
const VARIANTS: readonly (readonly [name: string, preset: PresetName, changes: PartialConfig])[] = [
  ['behind its own domain', 'production-ecs', { access: DOMAIN }],
  ['by plain HTTP', 'production-ecs', { access: HTTP }],
  [
    'with tasks in public subnets',
    'production-ecs',
    {
      access: DOMAIN,
      network: { natGateways: 0, interfaceEndpoints: ['secretsmanager'] },
      service: { subnets: 'public' },
    },
  ],
  ['in a closed network', 'production-ecs', CLOSED],
  ['behind NAT instances', 'production-ecs', { network: { natType: 'instance' } }],
  ['in an existing VPC', 'production-ecs', { network: { natGateways: 0, existingVpc: EXISTING_VPC } }],
  [
    'with models in another region and keys of other providers',
    'enterprise',
    {
      network: { interfaceEndpoints: [] },
      models: {
        bedrock: {
          region: 'eu-west-1',
          modelIds: ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'amazon.nova-lite-v1:0'],
        },
        providerKeySecretArns: { openai: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:openai-AbCdEf' },
      },
      embeddings: { provider: 'openai', model: 'text-embedding-3-small' },
    },
  ],
  [
    'with single sign-on, mail and a key of its own',
    'production-ecs',
    {
      signIn: {
        sso: {
          type: 'openid',
          issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI',
          clientId: 'librechat',
          clientSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:client-AbCdEf',
        },
      },
      mail: {
        host: 'email-smtp.us-east-1.amazonaws.com',
        from: 'chat@example.com',
        loginSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mail-AbCdEf',
      },
      librechatSecretArns: { SERPER_API_KEY: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:serper-AbCdEf' },
    },
  ],
  ['behind its own domain', 'production-ec2', { access: DOMAIN }],
  ['with Valkey and Aurora', 'production-ec2', { redis: { type: 'elasticache' }, vectorStore: { type: 'aurora' } }],
  [
    'by plain HTTP and SSH',
    'standard-dev',
    {
      access: HTTP,
      network: WITHOUT_NAT,
      instance: { keyPairName: 'operators', sshCidrs: ['203.0.113.0/24'] },
    },
  ],
  [
    'with MongoDB elsewhere and a mirror of images',
    'minimal-dev',
    {
      imageRegistry: REGISTRY,
      documentStore: {
        type: 'external',
        uriSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:atlas-AbCdEf',
      },
    },
  ],
  [
    'in an existing VPC without private subnets',
    'minimal-dev',
    { access: HTTP, network: { ...WITHOUT_NAT, existingVpc: { ...EXISTING_VPC, privateSubnetIds: [] } } },
  ],
];

/** A configuration that is proved. */
export interface Scenario {
  readonly name: string;
  readonly config: DeploymentConfig;
}

/** Every preset, and every shape beside them that has a network or rights of its own. */
export const SCENARIOS: readonly Scenario[] = [
  ...PRESET_NAMES.map((preset) => ({ name: preset, config: resolvePreset(preset) })),
  ...VARIANTS.map(([name, preset, changes]) => ({
    name: `${preset} ${name}`,
    config: resolvePreset(preset, changes),
  })),
];
