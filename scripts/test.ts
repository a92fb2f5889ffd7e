// The test command: makes what the suites need, runs them all, two at a time, and closes with one line of counts.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopCommands } from './lib/command.ts';
import { add, closingLine, NOTHING } from './lib/counts.ts';
import { schedule } from './lib/schedule.ts';
import { runSuite, suiteContext, SUITES, type Suite, type SuiteResult } from './lib/suites.ts';

const HELP = `Usage: npm test [-- [options] [suite ...]]

Runs all suites, or only those named, and ends with the line "N passed, N failed".

Options:
  --list     name the suites and stop
  --verbose  show the output of suites that passed, too
  -h, --help show this text

Exit codes: 0 all passed, 1 something failed, 2 wrong usage.`;

/** Lines of a failed suite that are shown: the end, where the runners sum up. */
const MOST_LINES = 80;
/** A difference between two templates may be one line of a megabyte. */
const LONGEST_LINE = 400;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
}

function usageError(message: string): never {
  console.error(`error: ${message}\n\n${HELP}`);
  process.exit(2);
}

function select(names: readonly string[]): readonly Suite[] {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  const known = SUITES.map(({ name }) => name).join(', ');
  if (unknown.length > 0) usageError(`no suite named ${unknown.join(', ')}; there are: ${known}`);
  return names.length === 0 ? SUITES : SUITES.filter(({ name }) => names.includes(name));
}

function report({ name }: Suite, result: SuiteResult, seconds: number, verbose: boolean): void {
  const mark = result.failed > 0 ? 'FAIL' : 'ok';
  console.log(`${mark.padEnd(4)} ${name.padEnd(10)} ${closingLine(result)} (${seconds.toFixed(1)} s)`);
  if (result.failed === 0 && !verbose) return;
  const lines = result.output.trimEnd().split('\n');
  const shown = verbose ? lines : lines.slice(-MOST_LINES);
  if (shown.length < lines.length) {
    console.log(`     | … ${lines.length - shown.length} lines before these are in .cache/test/${name}.log`);
  }
  for (const line of shown) console.log(`     | ${line.slice(0, LONGEST_LINE)}`);
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (values.list) {
  for (const { name, about } of SUITES) console.log(`${name.padEnd(10)} ${about}`);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopCommands();
    process.exit(130);
  });
}

const suites = select(positionals);
const context = await suiteContext(resolve(import.meta.dirname, '../.cache/test'));
let total = NOTHING;
const failed: string[] = [];
await schedule(
  suites.map((suite) => ({
    name: suite.name,
    ...(suite.after && { after: suite.after }),
    run: async () => {
      const start = performance.now();
      const result = await runSuite(suite, context);
      report(suite, result, (performance.now() - start) / 1000, values.verbose);
      total = add(total, result);
      if (result.failed > 0) failed.push(suite.name);
    },
  })),
  2,
);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')} (npm test -- ${failed.join(' ')})`);
console.log(closingLine(total));
process.exitCode = failed.length > 0 ? 1 : 0;
