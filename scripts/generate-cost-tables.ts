/**
 * Writes the figures of docs/DEPLOYMENT_OPTIMIZATION.md: what presets cost, and what would cost less.
 *
 *     npx --no-install tsx scripts/generate-cost-tables.ts [--check]
 *
 * Dated by the price book, so that a day later it writes the same.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { byService, range, servicesOf, verdict } from '../cli/cost/format.ts';
import { readPriceBook } from '../cli/cost/price-book.ts';
import { configuredSubject, pricedOf } from '../cli/cost/subject.ts';
import { suggest } from '../cli/cost/suggestions.ts';
import { PRESET_NAMES } from '../config/presets.ts';

const TARGET = fileURLToPath(new URL('../docs/DEPLOYMENT_OPTIMIZATION.md', import.meta.url));
const [START, END] = ['<!-- costs: made by scripts/generate-cost-tables.ts -->', '<!-- end of costs -->'] as const;

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');
const command = (args: string) => `\`npm run estimate-cost${args === '' ? '' : ` -- ${args}`}\``;

const priceBook = readPriceBook();
const presets = PRESET_NAMES.map((source) =>
  pricedOf(configuredSubject({ source, env: {}, context: {}, dotenv: false }), { priceBook }),
);

function bills(): string {
  const [usage] = presets.map(({ used }) => used.usage);
  const people = usage === undefined ? '' : `${usage.users[0]} people`;
  return [
    `${command('')}: USD a month in us-east-1 on demand, prices of ${priceBook.date}. Targets are for nobody using it.`,
    table(
      ['preset', 'nobody', 'target', people, 'tokens of Bedrock, apart'],
      presets.map((entry) => [
        `\`${entry.name}\``,
        range(entry.idle.total),
        verdict(entry),
        range(entry.used.total),
        range(entry.used.tokens.total),
      ]),
    ),
    `${command(`${PRESET_NAMES.join(' ')} --compare`)}: the same by service, with ${people}.`,
    table(
      ['service', ...PRESET_NAMES.map((name) => `\`${name}\``)],
      servicesOf(presets.map(({ used }) => used)).map(({ name, label }) => [
        label,
        ...presets.map(({ used }) => range(byService(used.items).get(name) ?? [0, 0])),
      ]),
    ),
  ].join('\n\n');
}

function savings(): string {
  return presets
    .map(({ name, subject }) =>
      [
        `#### ${name}`,
        command(`${name} --suggest`),
        [
          row(['saves', 'change', 'and costs otherwise']),
          row(['--:', '---', '---']),
          ...suggest(subject, { priceBook }).map(({ title, changes, saving, tradeOff }) =>
            row([range(saving), [title, ...changes.map((change) => `\`--set ${change}\``)].join('<br>'), tradeOff]),
          ),
        ].join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n');
}

/** Types of resources in any preset that no line stands for. */
function withoutLine(): string {
  const open = presets.flatMap(({ used }) => used.unpriced);
  const reasons = new Map(open.map(({ type, reason, isFree }) => [`${type}: ${reason}`, isFree] as const));
  const unknown = [...reasons].filter(([, isFree]) => !isFree).map(([text]) => `- ${text}`);
  const free = new Map<string, Set<string>>();
  for (const { type, reason, isFree } of open)
    if (isFree) free.set(reason, (free.get(reason) ?? new Set()).add(`\`${type}\``));
  return [
    unknown.length === 0 ? 'Nothing in a preset is without a price.' : ['Without a price:', ...unknown].join('\n'),
    'Types that cost nothing by themselves:',
    [...free]
      .map(([reason, types]) => `- ${reason}: ${[...types].sort().join(', ')}`)
      .sort()
      .join('\n'),
  ].join('\n\n');
}

const made = [bills(), '### What would cost less', savings(), '### What no line stands for', withoutLine()].join(
  '\n\n',
);
const document = readFileSync(TARGET, 'utf8');
const [before, rest] = document.split(START);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${TARGET} must hold the lines ${START} and ${END}`);
const text = await format(`${before}${START}\n\n${made}\n\n${END}${after}`, {
  ...(await resolveConfig(TARGET)),
  parser: 'markdown',
});
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (document !== text) {
  console.error('docs/DEPLOYMENT_OPTIMIZATION.md is stale: run npx --no-install tsx scripts/generate-cost-tables.ts');
  process.exitCode = 1;
}
