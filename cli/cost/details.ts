import { stringify } from 'csv-stringify/sync';
import type { Formula, Unpriced } from './estimate.ts';
import { table, widthFor, wrapped } from './format.ts';
import type { Priced } from './subject.ts';
import { ASSUMPTIONS, type UsageKey } from './usage.ts';

/** The arithmetic of a line: what is multiplied, at which price. */
function formulaText({ count, factors, unit, unitSize, unitPrice, free, margin }: Formula): string {
  const number = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 6 });
  const amounts = factors
    .filter(({ low, high }) => low !== 1 || high !== 1)
    .map(({ label, low, high }) => `${low === high ? number(low) : `${number(low)}–${number(high)}`} ${label}`);
  const per = unitSize === 1 ? unit : `${number(unitSize)} ${unit}`;
  return [
    [
      ...(count === 1 && amounts.length > 0 ? [] : [String(count)]),
      ...amounts,
      `$${String(Number(unitPrice.toPrecision(6)))}/${per}`,
    ].join(' × '),
    ...(free > 0 ? [`up to ${number(free)} free`] : []),
    ...(margin > 0 ? [`± ${margin * 100} %`] : []),
  ].join(', ');
}

const exact = ({ low, high }: { low: number; high: number }) => {
  const [least, most] = [low.toFixed(2), high.toFixed(2)];
  return least === most ? most : `${least}–${most}`;
};

/** Every line with its arithmetic and where its price comes from, and every assumption. */
export function explanation({ name, used }: Priced, columns: number): string {
  const width = widthFor(columns);
  const lines = [...used.items, ...used.tokens.items].map((item) => {
    const { service, what, formula, confidence, date, logicalIds } = item;
    const title = `${service}: ${what}`;
    const amount = exact(item).padStart(width - title.length - 1);
    const origin = `price of ${date}, ${confidence === 'low' ? 'low confidence' : confidence}; ${shortList(logicalIds)}`;
    return [
      `${title} ${amount}`,
      ...[formulaText(formula), origin].map((text) => wrapped(`    ${text}`, width, 4)),
    ].join('\n');
  });
  const assumed = Object.entries(ASSUMPTIONS).map(([key, { about }]) => {
    const [low, high] = used.usage[key as UsageKey];
    return [key, low === high ? String(low) : `${low}–${high}`, about];
  });
  return [
    `${name}, line by line`,
    ...lines,
    '',
    'Assumptions',
    table(['key', 'value', 'what'], assumed, [21, 19, width - 41]),
  ].join('\n');
}

const SHOWN_IDS = 3;
const shortList = (ids: readonly string[]) =>
  [...ids.slice(0, SHOWN_IDS), ...(ids.length > SHOWN_IDS ? [`${ids.length - SHOWN_IDS} more`] : [])].join(', ');

export function csv(priced: readonly Priced[]): string {
  const rows = priced.flatMap(({ name, used }) => [
    ...[...used.items, ...used.tokens.items].map((item) => ({
      name,
      region: used.region,
      service: item.service,
      type: item.type,
      what: item.what,
      low: item.low.toFixed(4),
      high: item.high.toFixed(4),
      formula: formulaText(item.formula),
      confidence: item.confidence,
      date: item.date,
      source: item.source,
      logicalIds: item.logicalIds.join(' '),
    })),
    ...used.unpriced.map(({ type, reason, isFree, logicalIds }: Unpriced) => ({
      name,
      region: used.region,
      type,
      what: isFree ? `free: ${reason}` : `not counted: ${reason}`,
      logicalIds: logicalIds.join(' '),
    })),
  ]);
  const columns = [
    'name',
    'region',
    'service',
    'type',
    'what',
    'low',
    'high',
    'formula',
    'confidence',
    'date',
    'source',
    'logicalIds',
  ];
  return stringify(rows, { header: true, columns });
}
