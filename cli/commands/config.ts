import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { EXIT, UserError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { Colors } from '../io.ts';
import type { CommandContext, RunAction } from '../main.ts';
import { collect, examples } from './options.ts';

interface ShowOptions {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

const DOCS = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));

export function register(config: Command, run: RunAction): void {
  config.addHelpText('after', examples('config', 'show production-ecs', 'check my-config.yaml'));
  registerShow(config.command('show'), run);
  registerCheck(config.command('check'), run);
  registerSchema(config.command('schema'), run);
  registerDocs(config.command('docs'), run);
}

function registerShow(command: Command, run: RunAction): void {
  command
    .description('print the resolved configuration, each value with its source')
    .argument('[source]', 'preset, environment or file to start from')
    .option('--set <path=value>', 'change one value; may be repeated', collect)
    .option('--json', 'print one JSON value')
    .addHelpText('after', examples('config', 'show standard-dev', 'show production --set network.natGateways=2 --json'))
    .action(run(show));
}

function registerCheck(command: Command, run: RunAction): void {
  command
    .description('check configuration files, each by itself')
    .argument('<file...>', 'files in YAML or JSON')
    .option('--online', 'also ask the provider of signIn.sso whether LibreChat could use it')
    .option('--json', 'print one JSON value')
    .addHelpText('after', examples('config', 'check my-config.yaml', 'check staging.yaml live.json --online --json'))
    .action(run(checkFiles));
}

function registerSchema(command: Command, run: RunAction): void {
  command
    .description('print the JSON Schema of a configuration file, for editors')
    .option('--json', 'print one JSON value, as it does anyway')
    .addHelpText(
      'after',
      examples('config', 'schema > librechat.schema.json', "schema | jq '.anyOf[0].properties | keys'"),
    )
    .action(run(schema));
}

function registerDocs(command: Command, run: RunAction): void {
  command
    .description('write docs/configuration.md from the schema')
    .option('--check', 'write nothing, fail when it is not current')
    .option('--json', 'print one JSON value')
    .addHelpText('after', examples('config', 'docs', 'docs --check'))
    .action(run(docs));
}

async function show(
  { io, env, cwd }: CommandContext,
  source: string | undefined,
  options: ShowOptions,
): Promise<undefined> {
  const { loadDeploymentConfig } = await import('../../config/deployment-config.ts');
  const { flatten } = await import('../../config/layers.ts');
  const { config, base, sources } = loadDeploymentConfig({ source, flags: options.set, env, cwd });
  const values = [...flatten(config)].map(([path, value]) => ({ path, value, source: sources.get(path) ?? 'default' }));
  if (options.json === true) {
    io.result(JSON.stringify({ base, config, values }, null, 2));
    return;
  }
  io.info(`starts from ${base}`);
  io.result(layOut(values, io.resultColors));
}

function layOut(values: readonly { path: string; value: unknown; source: string }[], { bold, dim }: Colors): string {
  const rows = values.map(({ path, value, source }) => ({
    path,
    source,
    shown: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const pathWidth = Math.max(...rows.map(({ path }) => path.length));
  // One long list must not push the sources of all other values off the screen.
  const valueWidth = Math.min(40, Math.max(...rows.map(({ shown }) => shown.length)));
  return rows
    .map(({ path, shown, source }) => {
      const value = shown.padEnd(valueWidth);
      return `${path.padEnd(pathWidth)}  ${source === 'default' ? value : bold(value)}  ${dim(source)}`;
    })
    .join('\n');
}

async function checkFiles(
  { io, cwd }: CommandContext,
  files: readonly string[],
  options: { json?: boolean; online?: boolean },
): Promise<ExitCode> {
  const { ConfigError, loadDeploymentConfig } = await import('../../config/deployment-config.ts');
  const { providerProblems } = await import('../provider-check.ts');
  const checked = files.map(async (file) => {
    try {
      const source = /[/\\]/.test(file) ? file : `./${file}`;
      const { config } = loadDeploymentConfig({ source, context: {}, env: {}, cwd, dotenv: false });
      const found = options.online === true ? await providerProblems(config, fetch) : [];
      if (found.length > 0) throw new ConfigError(found);
      return { file, ok: true, mode: config.mode, environment: config.environment, problems: [] };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { file, ok: false, problems: error.problems, message: error.message };
    }
  });
  const results = await Promise.all(checked);
  if (options.json === true) {
    io.result(JSON.stringify({ files: results.map(({ message: _, ...rest }) => rest) }, null, 2));
  }
  for (const { file, ok, mode, environment, message = '' } of results) {
    if (!ok) io.info(`${io.colors.red('error:')} ${file}: ${message}`);
    else if (options.json !== true) io.result(`${file}: in order (mode ${mode}, environment ${environment})`);
  }
  return results.every(({ ok }) => ok) ? EXIT.done : EXIT.usage;
}

async function schema({ io }: CommandContext): Promise<undefined> {
  const { fileSchema } = await import('../../config/json-schema.ts');
  io.result(JSON.stringify(fileSchema(), null, 2));
}

async function docs({ io }: CommandContext, options: { check?: boolean; json?: boolean }): Promise<undefined> {
  const { configurationDocs } = await import('../../config/config-docs.ts');
  const wanted = configurationDocs();
  const current = await readFile(DOCS, 'utf8').catch(() => undefined);
  const changed = current !== wanted;
  if (changed && options.check === true) {
    throw new UserError('docs/configuration.md is not what the schema says', "run 'npx tsx cli/main.ts config docs'");
  }
  if (changed) await writeFile(DOCS, wanted);
  if (options.json === true) io.result(JSON.stringify({ file: 'docs/configuration.md', changed }, null, 2));
  else io.info(`docs/configuration.md ${changed ? 'written' : 'is current'}`);
}
