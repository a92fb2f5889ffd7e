import type { PresetName } from '../../config/presets.ts';

/** What each preset may cost a month: us-east-1, on demand, no tokens, nobody using it. */
export const TARGETS: Readonly<Record<PresetName, number>> = {
  'minimal-dev': 40,
  'standard-dev': 90,
  'production-ec2': 400,
  'production-ecs': 650,
  enterprise: 1500,
};

/** The target of a configuration that is a preset as it is or changed, by what it starts from. */
export const targetOf = (base: string): number | undefined =>
  Object.entries(TARGETS).find(([preset]) => base === `preset ${preset}`)?.[1];
