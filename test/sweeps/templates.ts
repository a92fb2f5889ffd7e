import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { PresetName } from '../../config/presets.ts';
import { ConfigError } from '../../config/problems.ts';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';
import { type Template, templateIn } from '../helpers/deployments.ts';

/** One configuration of a sweep. */
export interface Variant {
  readonly name: string;
  readonly config: DeploymentConfig;
}

/** A preset with changes; undefined where the configuration refuses them. */
export function variant(preset: PresetName, changes: PartialConfig, name: string): Variant | undefined {
  try {
    return { name: `${preset} ${name}`, config: resolvePreset(preset, changes) };
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

const templates = new Map<string, Template>();

/** The template of a configuration; each is synthesized once. */
export function templateOf(config: DeploymentConfig): Template {
  const key = JSON.stringify(config);
  const known = templates.get(key) ?? freshTemplate(config);
  templates.set(key, known);
  return known;
}

/** Without what only people and uploads need of an assembly: a sweep makes hundreds. */
function freshTemplate(config: DeploymentConfig): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-cdk-sweep-'));
  try {
    return templateIn(config, { outdir, context: { 'aws:cdk:disable-asset-staging': true } });
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
