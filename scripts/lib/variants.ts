import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';

const HIPAA: PartialConfig = {
  environment: 'enterprise',
  compliance: ['hipaa'],
  monitoring: { logRetentionDays: 365 },
  network: { flowLogs: true },
};

/** What companies make of the presets, and what no preset has: judged as the presets are. */
export const VARIANTS: readonly {
  readonly name: string;
  readonly preset: PresetName;
  readonly changes: PartialConfig;
}[] = [
  {
    name: 'enterprise in an account and region that are known',
    preset: 'enterprise',
    changes: { account: '111122223333', region: 'us-east-1' },
  },
  {
    name: 'enterprise behind its own domain',
    preset: 'enterprise',
    changes: { access: { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } },
  },
  {
    name: 'enterprise with a channel for alarms and all checks of the account',
    preset: 'enterprise',
    changes: {
      monitoring: { slack: { workspaceId: 'T012ABCDEFG', channelId: 'C012AB3CD' } },
      audit: { configRules: true, guardDuty: true, securityHub: true },
    },
  },
  { name: 'production-ec2 held to HIPAA', preset: 'production-ec2', changes: HIPAA },
  { name: 'standard-dev held to HIPAA', preset: 'standard-dev', changes: HIPAA },
  { name: 'production-ecs held to HIPAA', preset: 'production-ecs', changes: HIPAA },
  {
    name: 'production-ecs with shells into its tasks',
    preset: 'production-ecs',
    changes: { service: { executeCommand: true } },
  },
];
