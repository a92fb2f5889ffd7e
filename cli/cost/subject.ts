import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDeploymentConfig, type ConfigSources } from '../../config/deployment-config.ts';
import { ConfigError } from '../../config/problems.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import { TARGETS } from './targets.ts';
import type { Template } from './template.ts';

/** What is priced: a configuration, or a template of any origin. */
export interface Subject {
  readonly name: string;
  readonly template: Template;
  /** Region of the configuration. */
  readonly region?: string;
  /** Most that it may cost with nobody using it. */
  readonly target?: number;
  readonly configuration?: {
    readonly config: DeploymentConfig;
    /** Its template with settings changed; undefined when they are refused. */
    readonly changed: (changes: readonly string[]) => Template | undefined;
  };
}

/** Resolves a configuration as every command does, and synthesizes it. */
export function configuredSubject(sources: ConfigSources): Subject {
  const { config, base } = loadDeploymentConfig(sources);
  const target = Object.entries(TARGETS).find(([preset]) => base === `preset ${preset}`)?.[1];
  return {
    name: sources.source ?? base,
    template: synthesize(config),
    ...(config.region === undefined ? {} : { region: config.region }),
    ...(target === undefined ? {} : { target }),
    configuration: {
      config,
      changed: (changes) => {
        try {
          const flags = [...(sources.flags ?? []), ...changes];
          return synthesize(loadDeploymentConfig({ ...sources, flags }).config);
        } catch (error) {
          if (error instanceof ConfigError) return undefined;
          throw error;
        }
      },
    },
  };
}

/** What all stacks of a configuration make. */
export function synthesize(config: DeploymentConfig): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-estimate-'));
  try {
    const { app } = buildApp(config, { outdir });
    const templates = app.synth().stacks.map(({ template }) => template as Template);
    return {
      Resources: Object.assign({}, ...templates.map(({ Resources }) => Resources)) as Template['Resources'],
      Parameters: Object.assign({}, ...templates.map(({ Parameters }) => Parameters)) as Template['Resources'],
      Conditions: Object.assign({}, ...templates.map(({ Conditions }) => Conditions)) as Template['Resources'],
      Mappings: Object.assign({}, ...templates.map(({ Mappings }) => Mappings)) as unknown,
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
