// How long people wait for a synth and for the help text, against doing nothing with the same tools in the same run.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESETS } from '../config/presets.ts';
import { runCommand } from './lib/command.ts';
import { filesOfRepository } from './lib/files.ts';
import { measureInTurns, median, spread, type Subject } from './lib/measure.ts';
import { CDK } from './lib/presets.ts';

const root = resolve(import.meta.dirname, '..');
// A folder of its own: two benchmarks at once would remove each other's.
const output = join(root, `.cache/bench-${process.pid}`);
const TSX = [process.execPath, join(root, 'node_modules/tsx/dist/cli.mjs')] as const;
const GOALS = { synth: 1.25, help: 1.5 } as const;

const HELP = `Usage: npm run bench [-- [options] [preset ...]]

Times \`cdk synth\` of each preset (or of those named) against an app with one empty stack, and the command line's
--help against an empty script. Subjects take turns; the figures are medians, ratios are those of the medians.

"services loaded" is the empty app once more, with the parts of the CDK loaded that lib/ uses: the share of the wait
that any app with these services has.

Options:
  --rounds <n>  measured runs of each subject (default: 5)
  --json        print one JSON value
  -h, --help    show this text

Exit codes: 0 measured (a missed goal is named, not an error), 1 a command failed, 2 wrong usage.`;

interface Row {
  readonly name: string;
  readonly against: string;
  readonly medianMs: number;
  readonly ratio: number;
  readonly goal: number;
  readonly met: boolean;
  /** Largest distance of one run from the median. */
  readonly spread: number;
}

function subject(name: string, argv: readonly [string, ...string[]]): Subject {
  return {
    name,
    run: async () => {
      const { code, output: text } = await runCommand(argv, { cwd: root, env: environment });
      if (code !== 0) throw new Error(`${name} failed with exit code ${code}: ${text}`);
    },
  };
}

function synth(name: string, args: readonly string[]): Subject {
  return subject(name, [...CDK, 'synth', '--quiet', '--output', join(output, name.replaceAll(' ', '-')), ...args]);
}

/** The empty app with an import of each part of the CDK that lib/ imports at run time. */
async function writeServicesApp(): Promise<string> {
  const sources = (await filesOfRepository()).filter((file) => file.startsWith('lib/') && file.endsWith('.ts'));
  const texts = await Promise.all(sources.map((file) => readFile(join(root, file), 'utf8')));
  const imports = texts.flatMap((text) => [...text.matchAll(/^import (?!type )[^;]*?from '(aws-cdk-lib\/[^']+)';/gms)]);
  const modules = [...new Set(imports.map(([, module]) => `import '${module ?? ''}';`))].sort();
  const file = join(output, 'services-app.ts');
  await mkdir(output, { recursive: true });
  await writeFile(file, [...modules, `import '${join(root, 'scripts/bench/empty-app.ts')}';`, ''].join('\n'));
  return file;
}

function usageError(message: string): never {
  console.error(`error: ${message}\n\n${HELP}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
}

function seconds(ms: number, noise: number): string {
  return `${(ms / 1000).toFixed(2)} s ±${Math.round(noise * 100)} %`.padEnd(16);
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) usageError(`--rounds must be 1 or more, got '${values.rounds}'`);
const known = Object.keys(PRESETS);
const unknown = positionals.filter((preset) => !known.includes(preset));
if (unknown.length > 0) usageError(`no preset named ${unknown.join(', ')}; there are: ${known.join(', ')}`);
const presets = positionals.length > 0 ? positionals : known;

const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_)/.test(name))),
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};
const EMPTY_APP = 'empty app';
const SERVICES = 'services loaded';
const EMPTY_SCRIPT = 'empty script';
const HELP_TEXT = 'librechat --help';
const subjects = [
  synth(EMPTY_APP, ['--app', 'node --import tsx scripts/bench/empty-app.ts']),
  synth(SERVICES, ['--app', `node --import tsx ${await writeServicesApp()}`]),
  ...presets.map((preset) => synth(preset, ['-c', `configSource=${preset}`])),
  subject(EMPTY_SCRIPT, [...TSX, 'scripts/bench/empty-command.ts']),
  subject(HELP_TEXT, [...TSX, 'cli/main.ts', '--help']),
];

const times = await measureInTurns(subjects, rounds, (round) => {
  if (!values.json) console.error(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`);
}).finally(() => rm(output, { recursive: true, force: true }));

const row = (name: string, against: string, goal: number): Row => {
  const own = times.get(name) ?? [];
  const ratio = median(own) / median(times.get(against) ?? []);
  return { name, against, medianMs: Math.round(median(own)), ratio, goal, met: ratio <= goal, spread: spread(own) };
};
const rows = [
  ...presets.map((preset) => row(preset, EMPTY_APP, GOALS.synth)),
  row(HELP_TEXT, EMPTY_SCRIPT, GOALS.help),
];
const missed = rows.filter(({ met }) => !met);

if (values.json) {
  console.log(JSON.stringify({ rounds, rows, runs: Object.fromEntries(times) }, null, 2));
} else {
  const yardsticks = [row(EMPTY_APP, EMPTY_APP, 1), row(SERVICES, EMPTY_APP, 1), row(EMPTY_SCRIPT, EMPTY_SCRIPT, 1)];
  for (const { name, medianMs, ratio, spread: noise } of yardsticks) {
    console.log(`${name.padEnd(18)} ${seconds(medianMs, noise)} ${ratio.toFixed(2)}×`);
  }
  for (const { name, medianMs, ratio, goal, met, spread: noise } of rows) {
    const verdict = met ? 'met' : 'MISSED';
    console.log(`${name.padEnd(18)} ${seconds(medianMs, noise)} ${ratio.toFixed(2)}× (goal ${goal}×: ${verdict})`);
  }
  console.log(missed.length === 0 ? 'all goals met' : `missed: ${missed.map(({ name }) => name).join(', ')}`);
}
