import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { EVERY_PRESET, preset, type Synthesized, synthesize } from './deployments.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';

const TWELVE_MODELS = Array.from({ length: 12 }, (_, index) => `example.model-${index + 1}`);

/** Configurations with alarms that no preset has. */
const VARIANTS: Readonly<Record<string, readonly [PresetName, PartialConfig]>> = {
  'one machine with alarms': [
    'standard-dev',
    { region: 'us-east-1', access: { waf: { enabled: true } }, monitoring: { alarms: true, applicationMetrics: true } },
  ],
  'a machine of type t behind a balancer with a domain': [
    'production-ec2',
    {
      instance: { type: 't4g.large' },
      access: { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' },
    },
  ],
  'twelve models of Bedrock, Aurora of 32 ACU, copies of backups': [
    'production-ecs',
    {
      models: { bedrock: { modelIds: TWELVE_MODELS } },
      vectorStore: { type: 'aurora', minAcu: 0.5, maxAcu: 32, readers: 0 },
      data: { copyVaultArn: 'arn:aws:backup:eu-west-1:123456789012:backup-vault:copies' },
    },
  ],
  'CloudFront with a domain in us-east-1': [
    'enterprise',
    { region: 'us-east-1', access: { domainName: 'chat.example.com', certificateArn: CERTIFICATE } },
  ],
  'Bedrock in another region, one instance of everything': [
    'production-ecs',
    {
      models: { bedrock: { region: 'eu-west-1' } },
      documentStore: { instances: 1 },
      redis: { replicas: 0 },
      network: { natType: 'instance', natGateways: 2 },
    },
  ],
};

/** Presets and variants by name. */
export const WATCHED_STACKS: readonly string[] = [...EVERY_PRESET, ...Object.keys(VARIANTS)];

const variants = new Map<string, Synthesized>();

/** One of them, synthesized once for all tests. */
export function watchedStack(name: string): Synthesized {
  const variant = VARIANTS[name];
  if (variant === undefined) return preset(name as PresetName);
  const known = variants.get(name) ?? synthesize(...variant);
  variants.set(name, known);
  return known;
}
