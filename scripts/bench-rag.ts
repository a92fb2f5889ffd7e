// What the indexes of the vector tables are worth, by the RAG API's own statements on a real PostgreSQL with pgvector.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonEnv } from '../rehearsal/python-env.ts';
import { testRequirements } from './lib/requirements.ts';

const HELP = `Usage: npm run bench:rag [-- [options]]

Starts a PostgreSQL with pgvector of its own, fills a table with chunks of files of very different sizes, and times the
statements that the RAG API sends: on its own tables, on those that the initializer makes, and on those with the
initializer's option HnswDimensions. Subjects take turns; ratios are those of the medians of one run.

Options:
  --chunks <n>      rows, at least 5000 (default: 200000)
  --dimensions <n>  of the vectors, 1 to 2000 (default: 384)
  --questions <n>   measured runs of each statement (default: 25)
  --seed <n>        other rows and questions (default: 1)
  --json            print one JSON value
  -h, --help        show this text

Exit codes: 0 measured (a missed goal is named, not an error), 1 a command failed, 2 wrong usage.`;

interface Times {
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** How many times faster than the RAG API's own tables. */
  readonly ratio: number;
}
type Column = 'default' | 'ours' | 'hnsw';
interface Result extends Readonly<
  Record<'chunks' | 'files' | 'dimensions' | 'seed' | 'questions' | 'processors', number>
> {
  readonly server: string;
  readonly seconds: Readonly<Record<Column, number>>;
  readonly forms: readonly (Readonly<Record<Column, Times>> & {
    readonly form: string;
    readonly recall: Readonly<Record<Column, number>> | null;
    readonly indexes: Readonly<Record<Column, readonly string[]>>;
  })[];
  readonly insert: Readonly<Record<Column, Times>> & { readonly chunks: number };
  readonly bytes: Readonly<Record<string, number>>;
  readonly goals: readonly { form: string; goal: number; ratio: number; recall: number; met: boolean }[];
}

const COLUMNS: readonly (readonly [Column, string])[] = [
  ['default', "RAG API's own"],
  ['ours', 'ours'],
  ['hnsw', 'ours + HNSW'],
];
const LIMITS = {
  chunks: [5000, 10_000_000],
  dimensions: [1, 2000],
  questions: [1, 1000],
  seed: [0, 1_000_000],
} as const;

function usageError(message: string): never {
  console.error(`error: ${message}\n\n${HELP}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        chunks: { type: 'string', default: '200000' },
        dimensions: { type: 'string', default: '384' },
        questions: { type: 'string', default: '25' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
}

/** Runs the measuring part. Its progress goes to our standard error; told to stop, it ends its server first. */
function measure(python: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(python, [resolve(import.meta.dirname, 'bench/rag.py'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done(output);
      else failed(new Error(`measuring ended with exit code ${code}`));
    });
  });
}

function cell({ p50Ms, p95Ms, ratio }: Times, recall: number | undefined): string {
  const digits = p50Ms < 10 ? 2 : 0;
  const found = recall === undefined ? '' : `, recall ${recall.toFixed(2)}`;
  return `${p50Ms.toFixed(digits)} / ${p95Ms.toFixed(digits)} ms, ${ratio.toFixed(ratio < 10 ? 1 : 0)}×${found}`;
}

function table(result: Result): string {
  const lines = [
    ['p50 / p95', ...COLUMNS.map(([, title]) => title)],
    ['---', ...COLUMNS.map(() => '---')],
    ...result.forms.map((row) => [row.form, ...COLUMNS.map(([column]) => cell(row[column], row.recall?.[column]))]),
    [`insert ${result.insert.chunks}`, ...COLUMNS.map(([column]) => cell(result.insert[column], undefined))],
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const pad = (text: string, column: number) => text.padEnd(widths[column] ?? 0, text === '---' ? '-' : ' ');
  return lines.map((line) => `| ${line.map(pad).join(' | ')} |`).join('\n');
}

const mebibytes = (bytes = 0) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Which index serves which form, and which serve none: those only cost. */
function uses(result: Result): string[] {
  const names = Object.keys(result.bytes).filter((name) => !name.startsWith('table ') && !name.endsWith('_pkey'));
  return names.map((name) => {
    const forms = result.forms.filter((row) => row.indexes.hnsw.includes(name) || row.indexes.ours.includes(name));
    const size = mebibytes(result.bytes[name]);
    return `${name} (${size}): ${forms.map(({ form }) => form).join(', ') || 'does nothing for any of these statements'}`;
  });
}

function report(result: Result): void {
  const { server, chunks, files, dimensions, seed, seconds, bytes, processors } = result;
  console.log(
    `${server}, ${processors} processors, ${chunks} chunks of ${files} files, ${dimensions} dimensions, seed ${seed}`,
  );
  console.log(
    `filled in ${seconds.default} s (RAG API's own) and ${seconds.ours} s (ours); HnswDimensions took ${seconds.hnsw} s more\n`,
  );
  console.log(`${table(result)}\n`);
  const tables = COLUMNS.map(([column, title]) => `${title} ${mebibytes(bytes[`table ${column}`])}`);
  console.log(`table with its vectors: ${tables.join(', ')}; indexes, and the forms they serve:`);
  for (const line of uses(result)) console.log(`  ${line}`);
  for (const { form, goal, ratio, recall, met } of result.goals) {
    const verdict = met ? 'met' : 'MISSED';
    console.log(
      `${form}: ${ratio.toFixed(0)}× with recall ${recall.toFixed(2)} (goal ${goal}× with recall 1.00: ${verdict})`,
    );
  }
}

const values = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const numbers = (['chunks', 'dimensions', 'questions', 'seed'] as const).flatMap((name) => {
  const [least, most] = LIMITS[name];
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < least || number > most) {
    usageError(`--${name} must be ${least} to ${most}, got '${values[name]}'`);
  }
  return [`--${name}`, String(number)];
});
const output = await measure(await pythonEnv({ requirements: testRequirements }), numbers);
if (values.json) console.log(output.trim());
else report(JSON.parse(output) as Result);
