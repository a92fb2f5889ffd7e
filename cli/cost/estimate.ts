import freeTypes from './free-types.json' with { type: 'json' };
import { type Confidence, findPrice, type Price, type PriceBook, readPriceBook } from './price-book.ts';
import { COMPUTE } from './pricers/compute.ts';
import { DATA } from './pricers/data.ts';
import { NETWORK } from './pricers/network.ts';
import { OPERATIONS } from './pricers/operations.ts';
import { Context, type Draft, type Factor, type Finding, type Pricers, Unpriceable } from './pricing.ts';
import { type Resource, resourcesOf, type Template } from './template.ts';
import services from './services.json' with { type: 'json' };
import { modelLines } from './tokens.ts';
import { plus, type Range, type Usage, type UsageInput, usageOf } from './usage.ts';

/** How a line is computed: count × factors ÷ unitSize × unitPrice, less what is free, more or less the margin. */
export interface Formula {
  readonly count: number;
  readonly factors: readonly Factor[];
  readonly unit: string;
  readonly unitSize: number;
  readonly unitPrice: number;
  /** Units that are free at the low end, where nothing else in the account has taken them. */
  readonly free: number;
  /** Part by which a price that is not well founded may be off, either way. */
  readonly margin: number;
}

/** A line of the bill, in USD a month. */
export interface LineItem {
  readonly service: string;
  readonly type: string;
  readonly logicalIds: readonly string[];
  readonly what: string;
  /** Key of the price book; `… × …` where a part of that price is paid. */
  readonly price: string;
  readonly formula: Formula;
  readonly low: number;
  readonly high: number;
  readonly confidence: Confidence;
  readonly source: string;
  readonly date: string;
}

/** What has no price here: free, or unknown for a reason. Never counted as zero without being named. */
export interface Unpriced {
  readonly type: string;
  readonly logicalIds: readonly string[];
  readonly reason: string;
  readonly isFree: boolean;
}

export interface Estimate {
  readonly region: string;
  readonly usage: Usage;
  readonly items: readonly LineItem[];
  readonly unpriced: readonly Unpriced[];
  /** Sum of the items. */
  readonly total: Range;
  /** Amazon Bedrock, apart: each model as if it answered every message; the total goes from the cheapest to the dearest. */
  readonly tokens: { readonly items: readonly LineItem[]; readonly total: Range };
}

export interface EstimateOptions {
  /** @default the assumptions of `assumptions.json` */
  readonly usage?: UsageInput;
  /** @default us-east-1 */
  readonly region?: string | undefined;
  /** @default `price-book.json` */
  readonly priceBook?: PriceBook;
}

export const DEFAULT_REGION = 'us-east-1';
/** How far off a price of low confidence may be. */
export const LOW_CONFIDENCE_MARGIN = 0.2;
const PRICERS: Pricers = { ...COMPUTE, ...NETWORK, ...DATA, ...OPERATIONS };

/** Prices everything that a CloudFormation template makes. Pure: no account, no network, no clock. */
export function estimateTemplate(template: Template, options: EstimateOptions = {}): Estimate {
  const { region = DEFAULT_REGION, priceBook = readPriceBook() } = options;
  const usage = usageOf(options.usage ?? {});
  const resources = resourcesOf(template, region);
  const context = new Context(resources, usage, region);
  const bill = new Bill(priceBook, region);
  for (const resource of resources) bill.add(resource, findingsOn(resource, context));
  const models = modelLines(template, context, priceBook);
  const chat = models.chat.map((findings) => new Bill(priceBook, region).addModel(findings));
  const embeddings = new Bill(priceBook, region).addModel(models.embeddings);
  const totals = chat.map(({ items }) => totalOf(items)).filter(([, high]) => high > 0);
  const least = totals.length === 0 ? 0 : Math.min(...totals.map(([low]) => low));
  const most = Math.max(0, ...totals.map(([, high]) => high));
  const tokenBills = [...chat, embeddings];
  return {
    region,
    usage,
    items: bill.items,
    unpriced: [bill, ...tokenBills].flatMap(({ unpriced }) => unpriced),
    total: totalOf(bill.items),
    tokens: {
      items: tokenBills.flatMap(({ items }) => items),
      total: plus([least, most], totalOf(embeddings.items)),
    },
  };
}

export const totalOf = (items: readonly LineItem[]): Range => plus(...items.map(({ low, high }): Range => [low, high]));

function findingsOn(resource: Resource, context: Context): Finding[] {
  const pricer = PRICERS[resource.type];
  if (pricer === undefined) {
    const free = freeReason(resource.type);
    return [free === undefined ? { unpriced: 'no prices for this type here' } : { free }];
  }
  const found: Finding[] = [];
  try {
    for (const finding of pricer(resource, context)) found.push(finding);
  } catch (error) {
    if (!(error instanceof Unpriceable)) throw error;
    found.push({ unpriced: error.message });
  }
  if (found.length === 0) found.push({ unpriced: 'what it is charged for is not in the template' });
  return found;
}

/** Exact types first; a `*` stands for any rest of the name. */
function freeReason(type: string): string | undefined {
  const reasons: Readonly<Record<string, string>> = freeTypes;
  const pattern = Object.keys(reasons).find((known) => known.endsWith('*') && type.startsWith(known.slice(0, -1)));
  return reasons[type] ?? (pattern === undefined ? undefined : reasons[pattern]);
}

interface Entry {
  readonly type: string;
  readonly draft: Draft;
  readonly price: Price;
  readonly discount: Price | undefined;
  readonly logicalIds: string[];
}

/** Puts like lines together, so that eleven secrets are one line, and prices them. */
class Bill {
  private readonly entries = new Map<string, Entry>();
  private readonly open = new Map<string, { type: string; logicalIds: string[]; reason: string; isFree: boolean }>();
  private readonly book: PriceBook;
  private readonly region: string;

  constructor(book: PriceBook, region: string) {
    this.book = book;
    this.region = region;
  }

  add({ id, type }: Pick<Resource, 'id' | 'type'>, findings: Iterable<Finding>): void {
    for (const finding of findings) {
      if ('free' in finding) this.leaveOpen(type, id, finding.free, true);
      else if ('unpriced' in finding) this.leaveOpen(type, id, finding.unpriced, false);
      else this.addLine(type, id, finding);
    }
  }

  addModel(findings: readonly Finding[]): this {
    this.add({ id: 'Bedrock', type: 'Amazon Bedrock' }, findings);
    return this;
  }

  get unpriced(): Unpriced[] {
    return [...this.open.values()];
  }

  get items(): LineItem[] {
    const free = new Map<string, number>();
    return [...this.entries.values()].map((entry) => {
      const left = free.get(entry.draft.price) ?? entry.price.free;
      const item = itemOf(entry, left);
      free.set(entry.draft.price, Math.max(0, left - quantityOf(item.formula)[0]));
      return item;
    });
  }

  private addLine(type: string, id: string, draft: Draft): void {
    const price = findPrice(this.book, draft.price, this.region);
    const discount = draft.discount === undefined ? undefined : findPrice(this.book, draft.discount, this.region);
    if (price === undefined || (draft.discount !== undefined && discount === undefined)) {
      this.leaveOpen(type, id, `${draft.what}: no price for ${this.region} in the price book`, false);
      return;
    }
    const key = JSON.stringify([type, draft]);
    const known = this.entries.get(key);
    if (known === undefined) this.entries.set(key, { type, draft, price, discount, logicalIds: [id] });
    else known.logicalIds.push(id);
  }

  private leaveOpen(type: string, id: string, reason: string, isFree: boolean): void {
    const key = JSON.stringify([type, reason]);
    const known = this.open.get(key);
    if (known === undefined) this.open.set(key, { type, logicalIds: [id], reason, isFree });
    else if (!known.logicalIds.includes(id)) known.logicalIds.push(id);
  }
}

function quantityOf({ count, factors }: Pick<Formula, 'count' | 'factors'>): Range {
  return factors.reduce<Range>(([low, high], factor) => [low * factor.low, high * factor.high], [count, count]);
}

function itemOf({ type, draft, price, discount, logicalIds }: Entry, free: number): LineItem {
  const isLow = price.confidence === 'low' || discount?.confidence === 'low';
  const formula: Formula = {
    count: logicalIds.length,
    factors: draft.factors,
    unit: price.unit,
    unitSize: price.unitSize,
    unitPrice: price.usd * (discount?.usd ?? 1),
    free,
    margin: isLow ? LOW_CONFIDENCE_MARGIN : 0,
  };
  const [low, high] = quantityOf(formula);
  const usd = (units: number, margin: number) => (units / price.unitSize) * formula.unitPrice * (1 + margin);
  return {
    service: serviceOf(draft.price),
    type,
    logicalIds,
    what: draft.what,
    price: draft.discount === undefined ? draft.price : `${draft.price} × ${draft.discount}`,
    formula,
    low: usd(Math.max(0, low - free), -formula.margin),
    high: usd(high, formula.margin),
    confidence: isLow ? 'low' : price.confidence,
    source: price.source,
    date: price.date,
  };
}

/** The service as people know it, by the beginning of the price's key. */
function serviceOf(key: string): string {
  const [, name = key] = Object.entries(services).find(([prefix]) => key.startsWith(prefix)) ?? [];
  return name;
}
