import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { check } from './check.ts';
import { presetLayer, readBase, shownPath } from './config-source.ts';
import type { NamedSource } from './config-source.ts';
import { ENVIRONMENT_DEFAULTS } from './environments.ts';
import type { Layer, Tree } from './layers.ts';
import { isTree, mergeLayers } from './layers.ts';
import { librechatProblems } from './librechat/check.ts';
import type { PresetName } from './presets.ts';
import { ConfigError } from './problems.ts';
import type { Problem } from './problems.ts';
import { ENVIRONMENTS } from './schema.ts';
import type { DeploymentConfig, Environment, PartialConfig } from './schema.ts';
import {
  readContext,
  readFlags,
  readVariables,
  SOURCE_KEY,
  SOURCE_VARIABLE,
  sourceInContext,
  sourceInFlags,
} from './text-values.ts';

export { ConfigError, exitOnConfigError } from './problems.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where a configuration may come from. */
export interface ConfigSources {
  /**
   * Preset, environment or file to start from.
   *
   * @default what context, variables or `.env` name; else `librechat.config.yaml` if there; else preset minimal-dev
   */
  readonly source?: string;

  /** Settings of the command line, each `path=value`. */
  readonly flags?: readonly string[];

  /**
   * CDK context; keys of the CDK itself are left alone.
   *
   * @default the context of `cdk.json`
   */
  readonly context?: Readonly<Record<string, unknown>>;

  /** @default process.env */
  readonly env?: Variables;

  /**
   * Folder in which files are looked up.
   *
   * @default the current one
   */
  readonly cwd?: string;

  /**
   * Whether the `.env` file counts.
   *
   * @default true
   */
  readonly dotenv?: boolean;
}

export interface ResolvedConfig {
  readonly config: DeploymentConfig;
  /** What it starts from, such as `preset minimal-dev` or `my-config.yaml`. */
  readonly base: string;
  /** Where each value came from, by dotted path; what is not in it is the schema's default. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads the configuration from everywhere it may come from; the only reader of files, variables and context.
 *
 * Later wins: what the environment implies, preset, file, `.env`, variables, context, flags.
 *
 * @throws ConfigError with all that is wrong at once
 */
export function loadDeploymentConfig(options: ConfigSources = {}): ResolvedConfig {
  const { env = process.env, cwd = process.cwd(), flags = [], dotenv: usesDotenv = true } = options;
  const context = options.context ?? readCdkContext(cwd);
  const dotenv = usesDotenv ? readDotenv(cwd) : { values: {}, problems: [] };
  const base = readBase(namedSource(options, context, env, dotenv.values), cwd);
  const given = [
    readVariables(dotenv.values, '.env'),
    readVariables(env, 'variable'),
    readContext(context),
    readFlags(flags),
  ];
  const layers = [...base.layers, ...given.map(({ layer }) => layer)];
  const problems = [...base.problems, ...dotenv.problems, ...given.flatMap((text) => text.problems)];

  const doubtful = problems.map(({ path }) => path);
  const checked = check([environmentLayer(layers), ...layers], doubtful, base.problems.length === 0);
  problems.push(...checked.problems);
  if (checked.config === undefined || problems.length > 0) throw new ConfigError(problems);
  const config = withFileFrom(cwd, checked.config);
  refuse(
    librechatProblems(
      config,
      (path) => shownPath(path, cwd),
      (path) => checked.sources.get(path),
    ),
  );
  return { config, base: base.name, sources: checked.sources };
}

/** A preset with changes, without looking at anything outside. */
export function resolvePreset(name: PresetName, changes: PartialConfig = {}): DeploymentConfig {
  const layers = [presetLayer(name), { values: changes as Tree, origin: () => 'changes' }];
  const { config, problems } = check([environmentLayer(layers), ...layers], [], true);
  if (config === undefined) throw new ConfigError(problems);
  refuse(
    librechatProblems(
      config,
      (path) => path,
      () => 'changes',
    ),
  );
  return config;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** The configuration with the path of librechat.yaml from the root: whoever reads it works in another folder. */
function withFileFrom(cwd: string, config: DeploymentConfig): DeploymentConfig {
  const { librechatConfigFile: file } = config;
  return file === undefined ? config : { ...config, librechatConfigFile: resolve(cwd, file) };
}

/** What the chosen environment implies. A wrong environment implies what development does, and is reported by the check. */
function environmentLayer(layers: readonly Layer[]): Layer {
  const named = mergeLayers(layers).values['environment'];
  const environment: Environment = ENVIRONMENTS.find((known) => known === named) ?? 'development';
  return { values: ENVIRONMENT_DEFAULTS[environment], origin: () => `environment ${environment}` };
}

function readDotenv(cwd: string): { values: Variables; problems: Problem[] } {
  try {
    return { values: parseEnv(readFileSync(join(cwd, '.env'), 'utf8')), problems: [] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { values: {}, problems: [] };
    return { values: {}, problems: [{ path: '.env', message: `cannot be read: ${message}` }] };
  }
}

function readCdkContext(cwd: string): Readonly<Record<string, unknown>> {
  try {
    const settings: unknown = JSON.parse(readFileSync(join(cwd, 'cdk.json'), 'utf8'));
    return isTree(settings) && isTree(settings['context']) ? settings['context'] : {};
  } catch {
    // No cdk.json here, or one that the CDK itself will complain about.
    return {};
  }
}

/** A variable that is set to nothing counts as not set: that is how shells and CI systems pass one on. */
const notEmpty = (text: string | undefined) => (text === '' ? undefined : text);

function namedSource(
  { source, flags = [] }: ConfigSources,
  context: Readonly<Record<string, unknown>>,
  env: Variables,
  dotenv: Variables,
): NamedSource | undefined {
  const candidates: [string | undefined, string][] = [
    [source, 'command line'],
    [sourceInFlags(flags), `--set ${SOURCE_KEY}`],
    [sourceInContext(context), `context ${SOURCE_KEY}`],
    [notEmpty(env[SOURCE_VARIABLE]), `variable ${SOURCE_VARIABLE}`],
    [notEmpty(dotenv[SOURCE_VARIABLE]), `.env ${SOURCE_VARIABLE}`],
  ];
  const [name, origin] = candidates.find(([candidate]) => candidate !== undefined) ?? [];
  return name === undefined || origin === undefined ? undefined : { name, origin };
}
