import { readFileSync } from 'node:fs';
import { z } from 'zod';

const STALE_AFTER_DAYS = 180;
const DAY_MS = 24 * 60 * 60 * 1000;

const price = z.strictObject({
  usd: z.number().nonnegative(),
  confidence: z.enum(['high', 'medium', 'low']),
  /** When the price was valid, as exactly as its source says. */
  date: z.string().min(1),
  /** Key of the book's `sources`. */
  source: z.string().min(1),
});

const schema = z
  .strictObject({
    /** Day on which the book as a whole was last gone through. */
    date: z.iso.date(),
    currency: z.literal('USD'),
    hoursPerMonth: z.literal(730),
    confidence: z.record(z.string(), z.string()),
    sources: z.record(z.string(), z.string()),
    prices: z.record(
      z.string().regex(/^\w+\/\S+$/),
      z.strictObject({
        unit: z.string().min(1),
        /** How many units the price is for. */
        unitSize: z.number().positive().default(1),
        /** Units that an account has free each month. */
        free: z.number().positive().optional(),
        regions: z.record(z.string().regex(/^(global|[a-z]{2}(-[a-z]+)+-\d)$/), price),
      }),
    ),
  })
  .superRefine(({ prices, sources }, context) => {
    for (const [key, { regions }] of Object.entries(prices))
      for (const [region, { source }] of Object.entries(regions))
        if (!(source in sources))
          context.addIssue({ code: 'custom', path: ['prices', key, region], message: `no source is named ${source}` });
  });

/** Prices with where they come from. A region that is missing was not found: a neighbor's price never stands in. */
export type PriceBook = z.output<typeof schema>;
export type Confidence = z.output<typeof price>['confidence'];

export interface Price {
  readonly usd: number;
  readonly unit: string;
  readonly unitSize: number;
  readonly free: number;
  readonly confidence: Confidence;
  readonly date: string;
  readonly source: string;
}

export const PRICE_BOOK = new URL('price-book.json', import.meta.url);

export function readPriceBook(file: URL = PRICE_BOOK): PriceBook {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function findPrice({ prices, sources }: PriceBook, key: string, region: string): Price | undefined {
  const entry = prices[key];
  const found = entry?.regions[region] ?? entry?.regions['global'];
  if (entry === undefined || found === undefined) return undefined;
  const { unit, unitSize, free = 0 } = entry;
  return { ...found, source: sources[found.source] ?? found.source, unit, unitSize, free };
}

/** What to say of a book that nobody has refreshed for long. */
export function staleness({ date }: PriceBook, now: Date): string | undefined {
  const days = Math.floor((now.getTime() - Date.parse(date)) / DAY_MS);
  return days > STALE_AFTER_DAYS
    ? `prices are of ${date}, ${days} days ago: refresh them with 'npx tsx scripts/update-prices.ts'`
    : undefined;
}
