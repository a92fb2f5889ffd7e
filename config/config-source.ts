import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isTree } from './layers.ts';
import type { Layer, Tree } from './layers.ts';
import { PRESET_NAMES, PRESETS } from './presets.ts';
import type { PresetName } from './presets.ts';
import { decapitalized, nearest, show } from './problems.ts';
import type { Problem } from './problems.ts';
import type { Environment } from './schema.ts';
import { keysOf } from './schema-tree.ts';

/** The preset that an environment's name stands for. */
export const ENVIRONMENT_PRESETS: Readonly<Record<Environment, PresetName>> = {
  development: 'minimal-dev',
  staging: 'standard-dev',
  production: 'production-ecs',
  enterprise: 'enterprise',
};

export const DEFAULT_PRESET: PresetName = 'minimal-dev';
const DEFAULT_FILE = 'librechat.config';
const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Keys that a file may have beside those of the schema. */
export const FILE_KEYS = { preset: 'preset', schema: '$schema' } as const;

/** What a configuration starts from: a preset, or a file and perhaps its preset. */
export interface Base {
  /** How to name it to a person, such as `preset minimal-dev` or `my-config.yaml`. */
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly problems: readonly Problem[];
}

export interface NamedSource {
  readonly name: string;
  /** Where the name was given. */
  readonly origin: string;
}

/** Names under which a preset may be asked for: its own, and those of the environments. */
export function presetNames(): string[] {
  return [...new Set([...PRESET_NAMES, ...Object.keys(ENVIRONMENT_PRESETS)])];
}

function presetNamed(name: string): PresetName | undefined {
  if (Object.hasOwn(ENVIRONMENT_PRESETS, name)) return ENVIRONMENT_PRESETS[name as Environment];
  return PRESET_NAMES.find((preset) => preset === name);
}

/** Finds and reads what a configuration starts from. */
export function readBase(source: NamedSource | undefined, cwd: string): Base {
  if (source === undefined) {
    const file = EXTENSIONS.map((extension) => join(cwd, `${DEFAULT_FILE}${extension}`)).find(isFile);
    return file === undefined ? presetBase(DEFAULT_PRESET) : fileBase(file, cwd);
  }
  const { name, origin } = source;
  const refuse = (message: string): Base => ({
    name,
    layers: [],
    problems: [{ path: 'configSource', message, source: origin }],
  });
  if (name.trim() === '') return refuse(`empty: name a preset (${PRESET_NAMES.join(', ')}) or a file`);
  if (/[/\\]/.test(name)) return fileBase(resolve(cwd, name), cwd);

  const places = [cwd, join(cwd, 'config')];
  const preset = presetNamed(name);
  const files = places.flatMap((place) =>
    [...(preset === undefined ? [''] : []), ...EXTENSIONS].map((extension) => join(place, name + extension)),
  );
  const file = files.find(isFile);
  if (preset !== undefined && file !== undefined) {
    const shown = shownPath(file, cwd);
    return refuse(
      `${show(name)} is the preset ${preset} and the file ${shown}: write ${preset === name ? `./${shown}, or rename the file` : `${preset} or ./${shown}`}`,
    );
  }
  if (preset !== undefined) return presetBase(preset, name);
  if (file !== undefined) return fileBase(file, cwd);
  const meant = nearest(name, presetNames());
  const remedy =
    meant === undefined
      ? `presets are ${PRESET_NAMES.join(', ')}; a file may lie here or in config/`
      : `did you mean ${meant}?`;
  return refuse(`no preset and no file is named ${show(name)}: ${remedy}`);
}

export function presetLayer(name: PresetName): Layer {
  return { values: PRESETS[name], origin: () => `preset ${name}` };
}

/** The preset, and the environment by whose name it was asked for: `staging` is no development with another label. */
function namedLayers(preset: PresetName, asked: string): Layer[] {
  const isEnvironment = Object.hasOwn(ENVIRONMENT_PRESETS, asked);
  const environment: Layer = { values: { environment: asked }, origin: () => `source ${asked}` };
  return [presetLayer(preset), ...(isEnvironment ? [environment] : [])];
}

function presetBase(preset: PresetName, asked: string = preset): Base {
  return { name: `preset ${preset}`, layers: namedLayers(preset, asked), problems: [] };
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A name too long, a folder that is closed: the name will be reported as found nowhere.
    return false;
  }
}

/** A path as a person sees it from a folder. */
export function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path);
  return shown.startsWith('..') || isAbsolute(shown) ? path : shown;
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  ENAMETOOLONG: 'the name is too long',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder, a file is needed',
};

function fileBase(path: string, cwd: string): Base {
  const name = shownPath(path, cwd);
  const refuse = (...messages: string[]): Base => ({
    name,
    layers: [],
    problems: messages.map((message) => ({ path: name, message })),
  });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return refuse(`cannot be read: ${FILE_ERRORS[code] ?? message}`);
  }
  const { values, errors, lineOf } = parse(text);
  if (errors.length > 0) return refuse(...errors);
  if (!isTree(values)) return refuse(`expected keys with values, got ${show(values)}`);

  const { [FILE_KEYS.preset]: presetName, [FILE_KEYS.schema]: _, ...written } = values;
  const own = withPathsFrom(dirname(path), written);
  const origin = (at: string) => {
    const line = lineOf(keysOf(at));
    return line === undefined ? name : `${name}:${line}`;
  };
  const layer: Layer = { values: own, origin };
  if (presetName === undefined || presetName === null) return { name, layers: [layer], problems: [] };
  const named = typeof presetName === 'string' ? presetName : show(presetName);
  const preset = presetNamed(named);
  if (preset !== undefined) return { name, layers: [...namedLayers(preset, named), layer], problems: [] };
  const meant = nearest(named, presetNames());
  const remedy = meant === undefined ? `presets are ${PRESET_NAMES.join(', ')}` : `did you mean ${meant}?`;
  const problem = {
    path: 'preset',
    message: `no preset is named ${show(presetName)}: ${remedy}`,
    source: origin('preset'),
  };
  return { name, layers: [layer], problems: [problem] };
}

/** Settings of a file whose paths start where the file is. */
function withPathsFrom(folder: string, values: Tree): Tree {
  const { librechatConfigFile: file } = values;
  return typeof file === 'string' ? { ...values, librechatConfigFile: resolve(folder, file) } : values;
}

interface Parsed {
  readonly values: unknown;
  readonly errors: readonly string[];
  /** Line on which the value at a path stands. */
  readonly lineOf: (keys: readonly string[]) => number | undefined;
}

/** Reads YAML, and JSON as the part of YAML that it is. */
function parse(text: string): Parsed {
  // Loaded here and by require: it takes as long as the rest of the configuration, and presets do without.
  const { LineCounter, parseDocument } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const errors = [...document.errors, ...document.warnings].map(
    ({ message, pos }) => `line ${lines.linePos(pos[0]).line}: ${decapitalized(message)}`,
  );
  let values: unknown;
  try {
    values = errors.length > 0 ? undefined : (document.toJS() ?? {});
  } catch (error) {
    errors.push((error as Error).message);
  }
  const lineOf = (keys: readonly string[]) => {
    const node = document.getIn(keys, true) as { range?: readonly number[] | null } | undefined;
    const start = node?.range?.[0];
    return start === undefined ? undefined : lines.linePos(start).line;
  };
  return { values, errors, lineOf };
}
