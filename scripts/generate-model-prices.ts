/**
 * Writes lib/utils/model-prices.json: prices of tokens from the estimator's price book, for the dashboard's sums.
 *
 *     npx --no-install tsx scripts/generate-model-prices.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { findPrice, readPriceBook } from '../cli/cost/price-book.ts';
import type { TokenPrice } from '../lib/utils/model-prices.ts';

const TARGET = fileURLToPath(new URL('../lib/utils/model-prices.json', import.meta.url));
const SERVICE = 'AmazonBedrock/';

const book = readPriceBook();
const { date, prices } = book;

/** Tokens cost the same in every region that has them. */
function perMillion(key: string): number | undefined {
  const price = findPrice(book, key, 'global');
  return price?.unit === 'tokens' ? (price.usd / price.unitSize) * 1_000_000 : undefined;
}

const models = Object.keys(prices).flatMap((key) =>
  key.startsWith(SERVICE) && key.endsWith('/input') ? [key.slice(SERVICE.length, -'/input'.length)] : [],
);
const usdPerMillionTokens = Object.fromEntries(
  models.map((model): [string, TokenPrice] => {
    const usd = (kind: 'input' | 'output') => perMillion(`${SERVICE}${model}/${kind}`);
    const [input, output] = [usd('input'), usd('output')];
    if (input === undefined) throw new Error(`the price of ${model} is not by token`);
    return [model, { input, ...(output === undefined ? {} : { output }) }];
  }),
);
const text = await format(JSON.stringify({ date, usdPerMillionTokens }), {
  ...(await resolveConfig(TARGET)),
  parser: 'json',
});
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error('lib/utils/model-prices.json is stale: run npx --no-install tsx scripts/generate-model-prices.ts');
  process.exitCode = 1;
}
