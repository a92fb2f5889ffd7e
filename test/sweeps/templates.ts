import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { PresetName } from '../../config/presets.ts';
import { ConfigError } from '../../config/problems.ts';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import type { Template } from '../helpers/deployments.ts';

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
  const { stackTraceLimit } = Error;
  // The CDK notes where everything was made: a quarter of a synthesis, and nobody reads it here.
  Error.stackTraceLimit = 0;
  try {
    const context = { 'aws:cdk:disable-asset-staging': true };
    const { app, stack } = buildApp(config, { outdir, treeMetadata: false, stackTraces: false, context });
    return app.synth().getStackByName(stack.stackName).template as Template;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    rmSync(outdir, { recursive: true });
  }
}
