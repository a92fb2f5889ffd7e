// Refreshes cli/cost/price-book.json from AWS's Price List.
import { realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { awsOptions } from '../cli/aws-clients.ts';
import queryFile from '../cli/cost/price-list-queries.json' with { type: 'json' };
import { PRICE_BOOK, type PriceBook, readPriceBook } from '../cli/cost/price-book.ts';

/** A question to AWS's Price List. */
export interface ProductQuery {
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Answers with the products, each as the JSON text that the Price List gives. */
export type AskPriceList = (query: ProductQuery) => AsyncIterable<string>;

interface PriceDimension {
  readonly beginRange?: string;
  readonly unit: string;
  readonly pricePerUnit: Readonly<Record<string, string>>;
}
interface Product {
  readonly product: { readonly attributes: Readonly<Record<string, string>> };
  readonly terms: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions: Readonly<Record<string, PriceDimension>> }>
    >;
  };
  readonly publicationDate: string;
}

interface QueryRow {
  readonly key: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly usagetype?: string;
}
const QUERIES: readonly QueryRow[] = queryFile;

/** What became of one price of the book. */
export interface Refreshed {
  readonly key: string;
  readonly region: string;
  readonly before: number | undefined;
  /** The new price, or why the old one stays. */
  readonly after: number | string;
}

const HELP = `Usage: npx --no-install tsx scripts/update-prices.ts [options]

Refreshes cli/cost/price-book.json from AWS's Price List. Needs credentials that may call pricing:GetProducts.
Prices without a query in cli/cost/price-list-queries.json, such as those of Bedrock and of Spot, keep their dates.

Options:
  --region <name>  only that region; may be given more than once (default: all that the book has)
  --dry-run        show what would change, and leave the book as it is
  -h, --help       show this text

Examples:
  npx --no-install tsx scripts/update-prices.ts --dry-run
  npx --no-install tsx scripts/update-prices.ts --region eu-central-1 --region us-east-1

Exit codes: 0 done, 1 AWS could not be asked, 2 wrong usage.`;

const SOURCE = { id: 'price-list', text: 'AWS Price List API' };
/** Exit code of a wrong flag, which `parseArgs` throws as a TypeError. */
const USAGE = 2;
const MIB_PER_GIB = 1024;
const DAY = 'YYYY-MM-DD';
/** The Price List is served in few regions; each knows the prices of all. */
const PRICE_LIST_REGION = 'us-east-1';
/** Beginning of a usage type that tells the region, which us-east-1 mostly leaves out. */
const REGION_CODE = '^(?:[A-Z]{2,4}\\d?-)?';

/** Asks the Price List for every price that has a query, in the regions given; what is not clear stays as it is. */
export async function refreshPriceBook(
  book: PriceBook,
  regions: readonly string[],
  ask: AskPriceList,
  today: string,
): Promise<{ book: PriceBook; refreshed: Refreshed[] }> {
  const fresh = structuredClone(book);
  const refreshed: Refreshed[] = [];
  for (const [key, entry] of Object.entries(fresh.prices)) {
    const query = queryFor(key);
    if (query === undefined) continue;
    for (const region of regions) {
      const before = entry.regions[region]?.usd;
      const found = await askFor(query, region, ask);
      if (typeof found === 'string') {
        refreshed.push({ key, region, before, after: found });
        continue;
      }
      const usd = Number((found.usd * entry.unitSize).toPrecision(8));
      fresh.sources[SOURCE.id] = SOURCE.text;
      entry.regions[region] = { usd, confidence: 'high', date: found.date, source: SOURCE.id };
      refreshed.push({ key, region, before, after: usd });
    }
  }
  const isWhole = regionsOf(book).every((region) => regions.includes(region));
  // The book is as old as what nobody asked for: from its date follows the warning that it is stale.
  if (isWhole && foundIn(refreshed).length > refreshed.length / 2) fresh.date = today;
  return { book: fresh, refreshed };
}

const foundIn = (refreshed: readonly Refreshed[]) => refreshed.filter(({ after }) => typeof after === 'number');

/** Every region that the book has a price of. */
function regionsOf({ prices }: PriceBook): string[] {
  const known = Object.values(prices).flatMap(({ regions }) => Object.keys(regions));
  return [...new Set(known)].filter((region) => region !== 'global');
}

interface Query extends ProductQuery {
  readonly usagetype: RegExp | undefined;
}

/** The query of a price, its `*` filled with what the key has there. */
function queryFor(key: string): Query | undefined {
  for (const { key: pattern, service, attributes, usagetype } of QUERIES) {
    const [start = '', end = ''] = pattern.split('*');
    if (pattern.includes('*') ? !key.startsWith(start) || !key.endsWith(end) : key !== pattern) continue;
    const fill = (text: string) => text.replace('*', key.slice(start.length, key.length - end.length));
    return {
      service,
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, value = '']) => [name, fill(value)])),
      usagetype:
        usagetype === undefined ? undefined : new RegExp(`${REGION_CODE}${fill(usagetype).replaceAll('.', '\\.')}$`),
    };
  }
  return undefined;
}

async function askFor(
  { service, attributes, usagetype }: Query,
  region: string,
  ask: AskPriceList,
): Promise<{ usd: number; date: string } | string> {
  const prices = new Map<number, string>();
  for await (const text of ask({ service, attributes: { ...attributes, regionCode: region } })) {
    const product = JSON.parse(text) as Product;
    if (usagetype?.test(product.product.attributes['usagetype'] ?? '') === false) continue;
    const usd = firstPrice(product);
    if (usd !== undefined) prices.set(usd, product.publicationDate.slice(0, DAY.length));
  }
  const [price, ...others] = prices;
  if (price === undefined) return 'not in the Price List';
  return others.length === 0 ? { usd: price[0], date: price[1] } : `not clear: ${[...prices.keys()].join(', ')}`;
}

/** The first price on demand that is not the free beginning of a range. */
function firstPrice({ terms }: Product): number | undefined {
  const dimensions = Object.values(terms.OnDemand ?? {}).flatMap(({ priceDimensions }) =>
    Object.values(priceDimensions),
  );
  const priced = dimensions
    .map(({ beginRange = '0', unit, pricePerUnit }) => ({
      begin: Number(beginRange),
      usd: Number(pricePerUnit['USD']) / (unit.startsWith('GiBps') ? MIB_PER_GIB : 1),
    }))
    .filter(({ usd }) => usd > 0)
    .sort((a, b) => a.begin - b.begin);
  return priced[0]?.usd;
}

/** The book as its file has it. */
export async function priceBookText(book: PriceBook): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  return await format(JSON.stringify(book), {
    ...(await resolveConfig(fileURLToPath(PRICE_BOOK))),
    parser: 'json',
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      region: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const { paginateGetProducts, PricingClient } = await import('@aws-sdk/client-pricing');
  const client = new PricingClient(awsOptions(process.env, { region: PRICE_LIST_REGION }));
  const ask: AskPriceList = async function* ({ service, attributes }) {
    const Filters = Object.entries(attributes).map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value }));
    for await (const { PriceList = [] } of paginateGetProducts({ client }, { ServiceCode: service, Filters }))
      for (const product of PriceList) yield String(product);
  };
  const current = readPriceBook();
  const regions = values.region ?? regionsOf(current);
  const today = new Date().toISOString().slice(0, DAY.length);
  const { book, refreshed } = await refreshPriceBook(current, regions, ask, today);
  for (const { key, region, before, after } of refreshed)
    if (after !== before) console.log(`${key} ${region}: ${before ?? 'unknown'} -> ${after}`);
  console.log(`${foundIn(refreshed).length} of ${refreshed.length} prices found`);
  if (book.date !== today)
    console.log(`the book stays one of ${book.date}: not most prices of all its regions are new`);
  if (values['dry-run'] !== true) writeFileSync(PRICE_BOOK, await priceBookText(book));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main().catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof TypeError ? USAGE : 1;
  });
