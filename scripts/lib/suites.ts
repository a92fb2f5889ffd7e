import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PythonEnvError, pythonEnv } from '../../rehearsal/python-env.ts';
import { checkPresets } from './checkov.ts';
import { runCommand, type CommandResult } from './command.ts';
import { add, fromExitCode, fromJunit, fromVitest, NOTHING, reconcile, type Counts } from './counts.ts';
import { checkDocs } from './docs.ts';
import { filesOfRepository } from './files.ts';
import { checkTemplates, synthPresets } from './presets.ts';
import { testRequirements } from './requirements.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

/** What a suite found. */
export interface SuiteResult extends Counts {
  /** Shown when something failed. */
  readonly output: string;
}

/** What suites share. */
export interface SuiteContext {
  /** Folder for logs and reports. */
  readonly reports: string;
  readonly env: NodeJS.ProcessEnv;
  /** The Python with the packages of the locked files. */
  readonly python: () => Promise<string>;
}

/** A group of checks with a name that can be given to `npm test`. */
export interface Suite {
  readonly name: string;
  readonly about: string;
  /** Suites whose results this one uses. */
  readonly after?: readonly string[];
  run(context: SuiteContext): Promise<SuiteResult>;
}

/** All suites, the long ones and those that others wait for first. */
export const SUITES: readonly Suite[] = [
  { name: 'python', about: 'the Python environment of the locked requirement files', run: pythonSuite },
  vitest('unit', 'configuration, constructs, templates, command line', ['infra', 'cli']),
  {
    name: 'main-job',
    about: 'presets deployed into the local AWS, changed, broken, deleted',
    after: ['python'],
    run: mainJobSuite,
  },
  vitest(
    'sweeps',
    'every key of the configuration arrives in a template, and none replaces data',
    ['sweeps'],
    ['python'],
  ),
  vitest('proof', 'who reaches what, and who may do what, in the templates', ['proof']),
  vitest('machine', 'what an instance boots with, commands as processes, scripts of this repository', [
    'machine',
    'scripts',
  ]),
  {
    name: 'synth',
    about: 'every preset through the real cdk command, twice, byte for byte the same',
    run: ({ env, reports }) => synthPresets({ env, folder: join(reports, 'synth') }),
  },
  vitest('validated', "the CDK's own validation of every preset, warnings included, and cdk-nag's", ['validated']),
  vitest('operator', "the operator's commands against a local AWS", ['operator'], ['python']),
  vitest('rehearsal', 'the local AWS and the stores behind it', ['rehearsal'], ['python']),
  vitest('browser', 'the report in a real browser: labels, screens, keyboard, accessibility', ['browser']),
  {
    name: 'cfn-lint',
    about: "CloudFormation's own schemas over every preset's template",
    after: ['python', 'synth'],
    run: async ({ env, python, reports }) =>
      checkTemplates({ env, python: await python(), folder: join(reports, 'synth') }),
  },
  {
    name: 'checkov',
    about: "checkov's rules over every preset's template",
    after: ['synth'],
    run: ({ env, reports }) => checkPresets({ env, folder: join(reports, 'synth') }),
  },
  command('eslint', 'lint of JavaScript and TypeScript', [bin('eslint'), '.']),
  { name: 'pytest', about: 'the Python that runs in Lambda and in the local AWS', after: ['python'], run: pytestSuite },
  {
    name: 'mypy',
    about: 'types of the Python code',
    after: ['python'],
    run: async (context) =>
      runAll(context, [
        ['lambda', ['-m', 'mypy']],
        ['rehearsal', ['-m', 'mypy']],
      ]),
  },
  {
    name: 'ruff',
    about: 'lint and format of the Python code',
    after: ['python'],
    run: async (context) =>
      runAll(context, [
        ['.', ['-m', 'ruff', 'check', '.']],
        ['.', ['-m', 'ruff', 'format', '--check', '.']],
      ]),
  },
  { name: 'shellcheck', about: 'lint of the shell scripts', after: ['python'], run: shellcheckSuite },
  command('tsc', 'types of the TypeScript code', [bin('tsc')]),
  command('prettier', 'format of everything that is not Python', [bin('prettier'), '--check', '.']),
  command('knip', 'unused files, exports and dependencies', [bin('knip')]),
  { name: 'generated', about: 'generated files are current', after: ['python'], run: generatedSuite },
  { name: 'docs', about: 'the documents: form, links, commands', run: docsSuite },
];

function command(name: string, about: string, argv: readonly [string, ...string[]]): Suite {
  return {
    name,
    about,
    run: async ({ env }) => {
      const { code, output } = await runCommand(argv, { cwd: root, env });
      return { ...fromExitCode(code), output };
    },
  };
}

function vitest(name: string, about: string, projects: readonly string[], after: readonly string[] = []): Suite {
  return {
    name,
    about,
    after,
    run: async ({ env, reports }) => {
      const report = join(reports, `${name}.json`);
      await rm(report, { force: true });
      const { code, output } = await runCommand(
        [
          ...([bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] as const),
          ...projects.flatMap((project) => ['--project', project]),
        ],
        { cwd: root, env },
      );
      const counts = await readFile(report, 'utf8').then(fromVitest, () => NOTHING);
      return { ...reconcile(counts, code), output };
    },
  };
}

/** The main job itself, on one preset of each mode. */
async function mainJobSuite({ env }: SuiteContext): Promise<SuiteResult> {
  const results: CommandResult[] = [];
  for (const preset of ['production-ecs', 'minimal-dev']) {
    results.push(await runCommand([bin('tsx'), 'cli/main.ts', 'rehearse', preset], { cwd: root, env }));
  }
  return combine(results);
}

async function pythonSuite({ python }: SuiteContext): Promise<SuiteResult> {
  return { ...fromExitCode(0), output: await python() };
}

async function pytestSuite({ env, python, reports }: SuiteContext): Promise<SuiteResult> {
  const executable = await python();
  let total: SuiteResult = { ...NOTHING, output: '' };
  for (const [name, folder, args] of [
    ['lambda', 'lambda', []],
    ['local-aws', '.', ['test/rehearsal/aws', '-p', 'no:cacheprovider']],
  ] as const) {
    const report = join(reports, `pytest-${name}.xml`);
    await rm(report, { force: true });
    const { code, output } = await runCommand([executable, '-m', 'pytest', '-q', `--junitxml=${report}`, ...args], {
      cwd: join(root, folder),
      env,
    });
    const counts = reconcile(await readFile(report, 'utf8').then(fromJunit, () => NOTHING), code);
    total = { ...add(total, counts), output: `${total.output}${output}` };
  }
  return total;
}

/** Runs Python modules, each in a folder of the repository, as one check each. */
async function runAll(
  { env, python }: SuiteContext,
  runs: readonly (readonly [folder: string, args: readonly string[]])[],
): Promise<SuiteResult> {
  const executable = await python();
  return combine(
    await Promise.all(
      runs.map(([folder, args]) => runCommand([executable, ...args], { cwd: join(root, folder), env })),
    ),
  );
}

async function shellcheckSuite({ env, python }: SuiteContext): Promise<SuiteResult> {
  const scripts = (await filesOfRepository()).filter((file) => file.endsWith('.sh') || file === '.ci/run');
  const shellcheck = join(await python(), '../shellcheck');
  return combine([await runCommand([shellcheck, '--external-sources', ...scripts], { cwd: root, env })]);
}

/** Every `scripts/generate-*.ts`, and `config docs`, know `--check`: fail when the file is not what they would write. */
async function generatedSuite({ env }: SuiteContext): Promise<SuiteResult> {
  const generators = (await filesOfRepository()).filter((file) => /^scripts\/generate-[^/]+\.ts$/.test(file));
  const results: CommandResult[] = [];
  for (const writer of [...generators.map((file) => [file]), ['cli/main.ts', 'config', 'docs']]) {
    results.push(await runCommand([bin('tsx'), ...writer, '--check'], { cwd: root, env }));
  }
  return combine(results);
}

async function docsSuite({ env }: SuiteContext): Promise<SuiteResult> {
  const form = combine([await runCommand([bin('markdownlint-cli2')], { cwd: root, env })]);
  const content = await checkDocs();
  return { ...add(form, content), output: `${form.output}${content.output}` };
}

function combine(results: readonly CommandResult[]): SuiteResult {
  const counts = results.map(({ code }) => fromExitCode(code)).reduce(add, NOTHING);
  return { ...counts, output: results.map(({ output }) => output).join('') };
}

/** What all suites run with: no account, no metadata service, no settings of the person at the keyboard. */
export async function suiteContext(reports: string): Promise<SuiteContext> {
  await mkdir(reports, { recursive: true });
  // npm's log level reaches commands that suites start: `npm test --silent` would hide their errors.
  const ignored = /^(AWS_|CDK_|npm_config_loglevel$)/;
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ignored.test(name))),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    NO_COLOR: '1',
  };
  let environment: Promise<string> | undefined;
  return { reports, env, python: () => (environment ??= pythonEnv({ requirements: testRequirements })) };
}

/** Runs one suite; whatever it throws is a failure of that suite. Its output is kept in `<reports>/<name>.log`. */
export async function runSuite(suite: Suite, context: SuiteContext): Promise<SuiteResult> {
  let result: SuiteResult;
  try {
    result = await suite.run(context);
  } catch (error) {
    const hint = error instanceof PythonEnvError ? `\nhint: ${error.hint}` : '';
    const text = error instanceof PythonEnvError ? error.message : String(error instanceof Error ? error.stack : error);
    result = { ...fromExitCode(1), output: `error: ${text}${hint}\n` };
  }
  await writeFile(join(context.reports, `${suite.name}.log`), result.output);
  return result;
}
