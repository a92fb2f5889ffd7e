import {
  type Estimate,
  estimateTemplate,
  type EstimateOptions,
  type LineItem,
  LOW_CONFIDENCE_MARGIN,
} from './estimate.ts';
import { notCounted } from './format.ts';
import { OFFICE, PRICE_IDEAS, type PriceIdea, SCHEDULE, SETTING_IDEAS } from './ideas.ts';
import { findPrice, type PriceBook, readPriceBook } from './price-book.ts';
import type { Subject } from './subject.ts';
import { plus, type Range, type UsageInput } from './usage.ts';

/** A way to pay less, with what it saves a month and what it costs otherwise. */
export interface Suggestion {
  readonly title: string;
  /** Settings to change, `path=value`; empty when it is not a setting. */
  readonly changes: readonly string[];
  readonly saving: Range;
  readonly tradeOff: string;
}

const LEAST_SAVING = 0.5;

/** Ways to pay less, each computed: synthesized anew with other settings, or priced anew; the largest first. */
export function suggest(subject: Subject, options: EstimateOptions = {}): Suggestion[] {
  const priceBook = options.priceBook ?? readPriceBook();
  const priced = (usage: UsageInput = {}, template = subject.template) =>
    estimateTemplate(template, { ...options, priceBook, usage: { ...options.usage, ...usage } });
  const before = priced();
  const found = [
    ...PRICE_IDEAS.filter(({ isForTemplates = false }) => !isForTemplates || subject.configuration === undefined).map(
      (idea) => ({ ...idea, changes: [], saving: repriced(before, idea, priceBook) }),
    ),
    ...SETTING_IDEAS.flatMap((idea) => {
      const changes = subject.configuration === undefined ? undefined : idea.changes(subject.configuration.config);
      const template = changes === undefined ? undefined : subject.configuration?.changed(changes);
      if (changes === undefined || template === undefined) return [];
      const after = priced({}, template);
      // What has no price must not pass for a saving.
      if (notCounted([after]).length > notCounted([before]).length) return [];
      return { ...idea, changes, saving: difference(before.total, after.total) };
    }),
    ...(isForWork(subject)
      ? [{ ...SCHEDULE, changes: [], saving: difference(before.total, priced(OFFICE).total) }]
      : []),
  ];
  return found
    .filter(({ saving: [, most] }) => most >= LEAST_SAVING)
    .map(({ title, changes, saving, tradeOff }) => ({ title, changes, saving, tradeOff }))
    .sort((a, b) => b.saving[0] + b.saving[1] - a.saving[0] - a.saving[1]);
}

/** Nobody stops production at night. */
function isForWork({ configuration }: Subject): boolean {
  return configuration === undefined || ['development', 'staging'].includes(configuration.config.environment);
}

function difference([low, high]: Range, [newLow, newHigh]: Range): Range {
  const [one, other] = [low - newLow, high - newHigh];
  return [Math.min(one, other), Math.max(one, other)];
}

function repriced({ items, region }: Estimate, { price }: PriceIdea, book: PriceBook): Range {
  return plus(...items.map((item) => savingOn(item, price(item.price), book, region)));
}

function savingOn(item: LineItem, change: ReturnType<PriceIdea['price']>, book: PriceBook, region: string): Range {
  const found =
    change === undefined ? undefined : findPrice(book, 'part' in change ? change.part : change.instead, region);
  if (change === undefined || found === undefined) return [0, 0];
  const share = 'part' in change ? found.usd : found.usd / item.formula.unitPrice;
  const margin = found.confidence === 'low' ? LOW_CONFIDENCE_MARGIN : 0;
  return [item.low * (1 - share * (1 + margin)), item.high * (1 - share * (1 - margin))];
}
