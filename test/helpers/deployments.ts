import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppProps } from 'aws-cdk-lib/core';
import { resolvePreset } from '../../config/deployment-config.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';

/** A resource of a template, as loosely typed as CloudFormation has it. */
export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are asserted on by path; their types are CloudFormation's, not ours
  readonly Properties: Readonly<Record<string, any>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** What a synthesis put into its folder. */
export interface Synthesized {
  readonly config: DeploymentConfig;
  readonly template: Template;

  /** Every file of the assembly by name, as text. */
  readonly files: Readonly<Record<string, string>>;
}

/** Synthesizes a preset with changes. */
export function synthesize(preset: PresetName, changes: PartialConfig = {}): Synthesized {
  const config = resolvePreset(preset, changes);
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-cdk-test-'));
  try {
    const template = templateIn(config, { outdir });
    return { config, template, files: textFiles(outdir) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/**
 * Synthesizes a configuration into a folder.
 *
 * The CDK notes where everything was made: a quarter of a synthesis, and nobody reads it here.
 */
export function templateIn(config: DeploymentConfig, props: AppProps): Template {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const { app, stack } = buildApp(config, { stackTraces: false, treeMetadata: false, ...props });
    return app.synth().getStackByName(stack.stackName).template as Template;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function textFiles(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.zip'))
      .map((entry) => [
        join(entry.parentPath, entry.name).slice(folder.length + 1),
        readFileSync(join(entry.parentPath, entry.name), 'utf8'),
      ]),
  );
}

const presets = new Map<PresetName, Synthesized>();

/** A preset as it is; synthesized once for all tests. */
export function preset(name: PresetName): Synthesized {
  const known = presets.get(name) ?? synthesize(name);
  presets.set(name, known);
  return known;
}

/** For `test.each`: every preset. */
export const EVERY_PRESET = PRESET_NAMES;

/** Resources of a type, by logical id. */
export function ofType({ Resources }: Template, type: string): [string, Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
