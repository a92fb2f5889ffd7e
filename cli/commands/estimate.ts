import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EstimateOptions } from '../cost/estimate.ts';
import type { Priced, Subject } from '../cost/subject.ts';
import type { UsageInput } from '../cost/usage.ts';
import { EXIT, UserError } from '../errors.ts';
import type { CommandContext, RunAction } from '../main.ts';
import { collect, examples } from './options.ts';

interface Options {
  readonly set?: readonly string[];
  readonly template?: readonly string[];
  readonly region?: readonly string[];
  readonly users?: number;
  readonly messages?: number;
  readonly gb?: number;
  readonly usage?: string;
  readonly compare?: boolean;
  readonly explain?: boolean;
  readonly suggest?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

function amount(value: string): number {
  const parsed = Number(value);
  if (value.trim() === '' || !(parsed >= 0)) throw new InvalidArgumentError('expected a number such as 50');
  return parsed;
}

export function register(command: Command, run: RunAction): void {
  command
    .argument('[configuration...]', 'presets, environments or files; default: every preset beside its target')
    .option('--set <path=value>', 'change one setting, repeatable', collect)
    .option('--template <file>', 'price a CloudFormation template of any origin, repeatable', collect)
    .option(
      '--region <name>',
      'region of the prices, repeatable (default: of the configuration, or us-east-1)',
      collect,
    )
    .option('--users <number>', 'people who use it', amount)
    .option('--messages <number>', 'messages of each a month', amount)
    .option('--gb <number>', 'GB of documents uploaded and kept', amount)
    .option('--usage <file>', 'file with any of the assumptions that --explain lists, YAML or JSON')
    .option('--compare', 'side by side, with the differences by service')
    .option('--suggest', 'what would cost less, and at which price otherwise')
    .option('--explain', 'the arithmetic of each line, and every assumption')
    .option('--json', 'print one JSON value')
    .addOption(new Option('--csv', 'print a row for each line').conflicts(['json', 'suggest', 'compare', 'explain']))
    .addHelpText(
      'after',
      examples('estimate', 'production-ecs --users 200 --explain', 'minimal-dev standard-dev --compare'),
    )
    .action(
      // Loaded only now: help must not wait for the CDK.
      run((context, configurations: readonly string[], options: Options) => estimate(context, configurations, options)),
    );
}

/** Prices what it is asked for; the clock tells only whether the prices are old. */
export async function estimate(
  { io, env, cwd }: CommandContext,
  configurations: readonly string[],
  options: Options,
  now = new Date(),
): Promise<undefined> {
  const { readPriceBook, staleness } = await import('../cost/price-book.ts');
  const priceBook = readPriceBook();
  const usage = await usageFrom(options, cwd);
  const subjects = await subjectsOf(configurations, options, { env, cwd });
  const priced = await Promise.all(
    subjects.flatMap((subject) =>
      (options.region ?? [undefined]).map((region) =>
        price(subject, { usage, priceBook, region }, (options.region?.length ?? 0) > 1),
      ),
    ),
  );
  if (options.compare === true && priced.length < 2)
    throw new UserError('there is nothing to compare', 'name two configurations, templates or regions', EXIT.usage);
  const warning = staleness(priceBook, now);
  if (warning !== undefined) io.warn(warning);
  io.result(await output(priced, options, priceBook.date, io.resultColumns));
}

async function usageFrom({ usage, users, messages, gb }: Options, cwd: string): Promise<UsageInput> {
  const { readUsage } = await import('../cost/usage.ts');
  const file = usage === undefined ? {} : readUsage(await readText(resolve(cwd, usage), usage), usage);
  return {
    ...file,
    ...(users === undefined ? {} : { users }),
    ...(messages === undefined ? {} : { messages }),
    ...(gb === undefined ? {} : { gb }),
  };
}

async function readText(path: string, name: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${name} cannot be read`, error instanceof Error ? error.message : String(error), EXIT.usage);
  });
}

async function subjectsOf(
  configurations: readonly string[],
  { template: files = [], set }: Options,
  { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>,
): Promise<Subject[]> {
  const { parseTemplate } = await import('../cost/template-file.ts');
  const templates = files.map(async (file) => ({
    name: file,
    template: parseTemplate(await readText(resolve(cwd, file), file), file),
  }));
  if (configurations.length === 0 && files.length > 0) return await Promise.all(templates);
  const { PRESET_NAMES } = await import('../../config/presets.ts');
  const { configuredSubject } = await import('../cost/subject.ts');
  const sources = configurations.length === 0 ? PRESET_NAMES : configurations;
  const configured = sources.map((source) => configuredSubject({ source, flags: set ?? [], env, cwd }));
  return [...configured, ...(await Promise.all(templates))];
}

async function price(subject: Subject, options: EstimateOptions, namesRegion: boolean): Promise<Priced> {
  const { pricedOf } = await import('../cost/subject.ts');
  const priced = pricedOf(subject, options);
  return namesRegion ? { ...priced, name: `${subject.name} ${priced.used.region}` } : priced;
}

const asValue = ({ name, subject: { target }, idle, used }: Priced) => ({ name, target, idle: idle.total, ...used });

/** Without the last digits of binary fractions. */
const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value);

async function output(
  priced: readonly Priced[],
  options: Options,
  priceDate: string,
  columns: number,
): Promise<string> {
  const format = await import('../cost/format.ts');
  const details = await import('../cost/details.ts');
  const { suggest } = await import('../cost/suggestions.ts');
  const suggestions = (entry: Priced) =>
    options.suggest === true
      ? suggest(entry.subject, { usage: entry.used.usage, region: entry.used.region })
      : undefined;
  if (options.csv === true) return details.csv(priced);
  if (options.json === true) {
    const estimates = priced.map((entry) => ({ ...asValue(entry), suggestions: suggestions(entry) }));
    return JSON.stringify({ priceDate, currency: 'USD', estimates }, rounded, 2);
  }
  const [first] = priced;
  const main =
    options.compare === true
      ? format.comparisonTable(priced)
      : priced.length === 1 && first !== undefined
        ? `${first.name}\n${format.billTable(first)}`
        : format.summaryTable(priced);
  return [
    main,
    ...priced.flatMap((entry) => {
      const found = suggestions(entry);
      return found === undefined ? [] : [`${entry.name}\n${format.suggestionTable(found, columns)}`];
    }),
    ...(options.explain === true ? priced.map((entry) => details.explanation(entry, columns)) : []),
    format.notes(priced, priceDate, columns),
  ].join('\n\n');
}
