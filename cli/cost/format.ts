import { basename } from 'node:path';
import Table from 'cli-table3';

import { DEFAULT_REGION, type Estimate, LOW_CONFIDENCE_MARGIN, type LineItem, totalOf } from './estimate.ts';
import type { Priced } from './subject.ts';
import type { Suggestion } from './suggestions.ts';
import type { Range } from './usage.ts';

/** Narrower nothing can be read, and prose is not wider than this. */
const [NARROWEST, WIDEST] = [60, 120];
const SAVES_WIDTH = 10;
const EXACT_BELOW = 10;
const CENT = 0.01;
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
);

/** Dollars, no more exact than they are known. */
function usd(value: number): string {
  if (value === 0) return '0';
  const isExact = Math.abs(value) < EXACT_BELOW;
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: isExact ? 2 : 0,
    maximumFractionDigits: isExact ? 2 : 0,
  });
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

export function range([low, high]: Range): string {
  return usd(low) === usd(high) ? usd(high) : `${usd(low)}–${usd(high)}`;
}

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths?: readonly (number | null)[],
): string {
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 || widths !== undefined ? 'left' : 'right')),
    ...(widths === undefined ? {} : { colWidths: [...widths], wordWrap: true }),
    chars: { ...NO_LINES, middle: ' ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n');
}

/** What each service costs, in the order of the lines. */
export function byService(items: readonly LineItem[]): ReadonlyMap<string, Range> {
  const services = new Map<string, LineItem[]>();
  for (const item of items) services.set(item.service, [...(services.get(item.service) ?? []), item]);
  return new Map([...services].map(([service, lines]) => [service, totalOf(lines)]));
}

const plain = ([low, high]: Range) => [...new Set([low, high])].map((value) => value.toLocaleString('en-US')).join('–');
const people = ({ usage }: Estimate) => `${plain(usage.users)} people`;
const mean = ([low, high]: Range) => (low + high) / 2;
const NOTHING: Range = [0, 0];

/** Services by size, with a mark on those that rest on prices that are not well founded. */
export function servicesOf(estimates: readonly Estimate[]): { name: string; label: string }[] {
  const lines = estimates.flatMap(({ items }) => items.filter(({ high }) => high >= CENT));
  const totals = [...byService(lines)].sort((a, b) => mean(b[1]) - mean(a[1]));
  return totals.map(([name]) => {
    const isWeak = lines.some(({ service, confidence }) => service === name && confidence === 'low');
    return { name, label: isWeak ? `${name} ~` : name };
  });
}

const isComplete = ({ unpriced }: Estimate) => unpriced.every(({ isFree }) => isFree);

/** A sum that something is missing from says so. */
const sum = (estimate: Estimate) => `${range(estimate.total)}${isComplete(estimate) ? '' : ' +'}`;

/** Targets are for one region, and only a whole bill can meet one. */
export function verdict({ subject: { target }, idle }: Priced): string {
  if (target === undefined || idle.region !== DEFAULT_REGION) return '';
  const isMet = isComplete(idle) ? 'met' : 'open';
  return `≤ ${usd(target)} ${idle.total[1] <= target ? isMet : 'MISSED'}`;
}

/** One bill: each service with nobody and with the assumed people. */
export function billTable(priced: Priced): string {
  const { idle, used } = priced;
  const [none, some] = [byService(idle.items), byService(used.items)];
  const target = verdict(priced);
  return table(
    ['USD a month', 'nobody', people(used)],
    [
      ...servicesOf([idle, used]).map(({ name, label }) => [
        label,
        range(none.get(name) ?? NOTHING),
        range(some.get(name) ?? NOTHING),
      ]),
      ['total', sum(idle), sum(used)],
      ...(target === '' ? [] : [['target', target, '']]),
      ...(used.tokens.items.length === 0
        ? []
        : [['Bedrock tokens, apart', range(idle.tokens.total), range(used.tokens.total)]]),
    ],
  );
}

/** Several bills, a row each, beside what they may cost. */
export function summaryTable(priced: readonly Priced[]): string {
  const [first] = priced;
  return table(
    ['USD a month', 'nobody', 'target', first === undefined ? '' : people(first.used), 'tokens, apart'],
    priced.map((entry) => [
      entry.name,
      sum(entry.idle),
      verdict(entry),
      sum(entry.used),
      range(entry.used.tokens.total),
    ]),
  );
}

/** Bills side by side by service, and how far each is from the first. */
export function comparisonTable(priced: readonly Priced[]): string {
  const bills = priced.map(({ used }) => byService(used.items));
  const services = servicesOf(priced.map(({ used }) => used));
  const row = (label: string, values: readonly Range[]) => [label, ...values.map(range)];
  const bill = [
    ...services.map(({ name, label }) =>
      row(
        label,
        bills.map((services) => services.get(name) ?? NOTHING),
      ),
    ),
    ['total', ...priced.map(({ used }) => sum(used))],
    ['total, nobody', ...priced.map(({ idle }) => sum(idle))],
    row(
      'Bedrock tokens',
      priced.map(({ used }) => used.tokens.total),
    ),
  ];
  const change = (values: readonly Range[]) => {
    const [first = NOTHING, ...others] = values;
    return others.map((value) => signed(mean(value) - mean(first)));
  };
  const differences = [
    ...services.map(({ name, label }) => [label, ...change(bills.map((services) => services.get(name) ?? NOTHING))]),
    ['total', ...change(priced.map(({ used }) => used.total))],
  ].filter((cells) => cells.slice(1).some((cell) => cell !== SAME));
  // Five names side by side are wider than a terminal.
  const names = priced.map(({ name }) => basename(name).replaceAll('-', '-\n'));
  const [first = '', ...others] = names;
  return [table(['USD a month', ...names], bill), table([`against\n${first}`, ...others], differences)].join('\n\n');
}

const SAME = '=';
const signed = (value: number) => (Math.abs(value) < CENT ? SAME : `${value > 0 ? '+' : '-'}${usd(Math.abs(value))}`);

/** How wide lines are where a terminal has so many columns. */
export const widthFor = (columns: number): number => Math.min(WIDEST, Math.max(NARROWEST, columns));

export function suggestionTable(suggestions: readonly Suggestion[], columns: number): string {
  if (suggestions.length === 0) return 'nothing known here would save much';
  const rows = suggestions.map(({ title, changes, saving, tradeOff }) => [
    range(saving),
    [title, ...changes.map((change) => `--set ${change}`)].join('\n'),
    tradeOff,
  ]);
  const half = Math.floor((widthFor(columns) - SAVES_WIDTH) / 2);
  return table(['saves', 'change', 'and costs otherwise'], rows, [SAVES_WIDTH, half, half - 1]);
}

/** What no price stands for, said for everything priced at once. */
export function notCounted(estimates: readonly Estimate[]): string[] {
  const open = estimates.flatMap(({ unpriced }) => unpriced.filter(({ isFree }) => !isFree));
  return [...new Set(open.map(({ type, reason }) => `${type}: ${reason}`))];
}

/** What every table needs to be understood. */
export function notes(priced: readonly Priced[], priceDate: string, columns: number): string {
  const estimates = priced.map(({ used }) => used);
  const regions = [...new Set(estimates.map(({ region }) => region))].join(', ');
  const open = notCounted(estimates);
  const isWeak = servicesOf(estimates).some(({ name, label }) => label !== name);
  const [usage] = estimates.map(({ usage }) => usage);
  const assumed =
    usage === undefined
      ? ''
      : `${plain(usage.users)} people × ${plain(usage.messages)} messages a month, ${plain(usage.gb)} GB of documents.`;
  return [
    wrapped(`Prices of ${priceDate} on demand in ${regions}. Left out: taxes, support, CPU credits.`, columns),
    wrapped(`${assumed} --explain tells every assumption and line.`, columns),
    ...(isWeak ? [`~ rests on a price of low confidence, ± ${LOW_CONFIDENCE_MARGIN * 100} %.`] : []),
    ...(open.length === 0
      ? []
      : ['+ and what is not counted:', ...open.map((reason) => wrapped(`  ${reason}`, columns, 4))]),
  ].join('\n');
}

/** Breaks a text into lines that fit, all but the first further in. */
export function wrapped(text: string, columns: number, indent = 0): string {
  const width = widthFor(columns) - indent;
  const lines = [...text.matchAll(new RegExp(`\\s*(?:\\S{${width},}|.{1,${width}}(?=\\s|$))`, 'g'))];
  return lines.map(([line], index) => (index === 0 ? line : ' '.repeat(indent) + line.trimStart())).join('\n');
}
