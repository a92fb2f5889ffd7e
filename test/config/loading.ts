import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { ConfigSources, ResolvedConfig } from '../../config/deployment-config.ts';
import { flatten } from '../../config/layers.ts';

/** A folder with these files in it. */
export function folderWith(files: Readonly<Record<string, string>> = {}): { cwd: string; remove: () => void } {
  const cwd = mkdtempSync(join(tmpdir(), 'librechat-config-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return {
    cwd,
    remove: () => {
      rmSync(cwd, { recursive: true });
    },
  };
}

/** Loads from a folder with these files and from nowhere else. */
export function loadFrom(files: Readonly<Record<string, string>>, sources: ConfigSources = {}): ResolvedConfig {
  const { cwd, remove } = folderWith(files);
  try {
    return loadDeploymentConfig({ cwd, env: {}, context: undefined, ...sources });
  } finally {
    remove();
  }
}

export const load = (sources: ConfigSources = {}) => loadFrom({}, sources);

/** The values at some paths, each with its source. */
export function valuesAt({ config, sources }: ResolvedConfig, ...paths: string[]): [unknown, string][] {
  const values = flatten(config);
  return paths.map((path) => [values.get(path), sources.get(path) ?? 'default']);
}

/** Every problem of a refused configuration, as people read it. */
export function refusal(sources: ConfigSources, files: Readonly<Record<string, string>> = {}): string[] {
  try {
    loadFrom(files, sources);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('the configuration was accepted');
}
