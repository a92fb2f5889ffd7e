import { awsOptions } from '../../../cli/aws-clients.ts';
import type { Surroundings } from '../../../cli/setup/check.ts';
import { resolvePreset } from '../../../config/deployment-config.ts';
import type { PresetName } from '../../../config/presets.ts';

export const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };

/** What a check looks at, with clients that fail at once. */
export const around = (preset: PresetName = 'minimal-dev', env: Record<string, string> = keys): Surroundings => ({
  config: resolvePreset(preset),
  aws: { ...awsOptions(env), maxAttempts: 1 },
  env,
  now: new Date('2026-11-24T12:00:00Z'),
});

/** An error as the SDK throws it. */
export const refused = (name: string) => Object.assign(new Error('as AWS says it'), { name, $metadata: {} });
