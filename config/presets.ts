import type { DeploymentConfigInput } from './schema.ts';

/** Ready-made configurations: data that satisfies the schema, one per row of the README's table. */
export const PRESETS = {
  'minimal-dev': {
    mode: 'ec2',
    environment: 'development',
    network: { zones: 1, natGateways: 1, natType: 'instance' },
    access: { type: 'cloudfront' },
    instance: { type: 't4g.medium', rootVolumeGiB: 20 },
    documentStore: { type: 'container' },
  },
  'standard-dev': {
    mode: 'ec2',
    environment: 'development',
    network: { zones: 1, natGateways: 1, natType: 'instance' },
    access: { type: 'cloudfront' },
    instance: { type: 't4g.large', dataVolumeGiB: 40 },
    documentStore: { type: 'container' },
    vectorStore: { type: 'container' },
    features: { rag: true, search: true, fileStrategy: 's3' },
    monitoring: { dashboard: true },
  },
  'production-ec2': {
    mode: 'ec2',
    environment: 'production',
    network: { zones: 2, natGateways: 1 },
    access: { type: 'cloudfront' },
    instance: { type: 'm7g.large', dataVolumeGiB: 40, loadBalancer: true },
    documentStore: { type: 'documentdb', instanceClass: 'db.t4g.medium', instances: 1 },
    vectorStore: { type: 'rds', instanceClass: 'db.t4g.small', multiAz: true },
    features: { rag: true, search: true, fileStrategy: 's3' },
  },
  'production-ecs': {
    mode: 'ecs',
    environment: 'production',
    network: { zones: 2, natGateways: 1 },
    access: { type: 'cloudfront' },
    service: { librechat: { cpu: 1024, memoryMiB: 2048, minTasks: 2, maxTasks: 6 } },
    documentStore: { type: 'documentdb', instanceClass: 'db.t4g.medium', instances: 2 },
    vectorStore: { type: 'rds', instanceClass: 'db.t4g.small', multiAz: true },
    redis: { type: 'elasticache', nodeType: 'cache.t4g.micro', replicas: 1 },
    features: { rag: true, search: true, fileStrategy: 's3' },
  },
  enterprise: {
    mode: 'ecs',
    environment: 'enterprise',
    network: { zones: 3, natGateways: 2, interfaceEndpoints: ['bedrock-runtime'] },
    access: { type: 'cloudfront', waf: { enabled: true } },
    service: {
      librechat: { cpu: 1024, memoryMiB: 2048, minTasks: 3, maxTasks: 20 },
      ragApi: { tasks: 2 },
      containerInsights: true,
    },
    documentStore: { type: 'documentdb', instanceClass: 'db.r6g.large', instances: 2 },
    vectorStore: { type: 'aurora', minAcu: 0.5, maxAcu: 8, readers: 1 },
    redis: { type: 'elasticache', nodeType: 'cache.t4g.small', replicas: 2 },
    features: { rag: true, search: true, fileStrategy: 's3' },
    compliance: ['hipaa', 'soc2'],
  },
} as const satisfies Record<string, DeploymentConfigInput>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
