import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findPrice, readPriceBook } from '../../../cli/cost/price-book.ts';
import { type AskPriceList, priceBookText, refreshPriceBook } from '../../../scripts/update-prices.ts';

interface Product {
  readonly serviceCode: string;
  readonly product: { readonly productFamily: string; readonly attributes: Readonly<Record<string, string>> };
}
const SAMPLE = JSON.parse(
  readFileSync(new URL('../../fixtures/cost-price-list.json', import.meta.url), 'utf8'),
) as readonly Product[];

/** Filters the sample as the Price List filters its products. */
// eslint-disable-next-line @typescript-eslint/require-await -- the Price List answers in pages
const ask: AskPriceList = async function* ({ service, attributes }) {
  for (const entry of SAMPLE) {
    const { productFamily, attributes: own } = entry.product;
    const has = (name: string, value: string) => (name === 'productFamily' ? productFamily : own[name]) === value;
    if (entry.serviceCode === service && Object.entries(attributes).every(([name, value]) => has(name, value)))
      yield JSON.stringify(entry);
  }
};
const book = readPriceBook();
const { book: fresh, refreshed } = await refreshPriceBook(book, ['us-east-1', 'eu-north-1'], ask, '2027-02-03');
const price = (key: string, region = 'us-east-1') => findPrice(fresh, key, region);
const outcome = (key: string) => refreshed.find((entry) => entry.key === key && entry.region === 'us-east-1')?.after;

test('takes a price with its date and says where it is from', () => {
  expect(price('AmazonEC2/linux.t4g.medium')).toMatchObject({
    usd: 0.035,
    confidence: 'high',
    date: '2027-02-01',
    source: 'AWS Price List API',
  });
});

describe('the date of the book', () => {
  const every = [...new Set(Object.values(book.prices).flatMap(({ regions }) => Object.keys(regions)))];
  /** Has one answer for everything that needs no telling apart. */
  // eslint-disable-next-line @typescript-eslint/require-await -- the Price List answers in pages
  const askAnything: AskPriceList = async function* () {
    const priceDimensions = { one: { unit: 'Hrs', pricePerUnit: { USD: '0.01' } } };
    const terms = { OnDemand: { one: { priceDimensions } } };
    yield JSON.stringify({ product: { attributes: {} }, terms, publicationDate: '2027-02-01T00:00:00Z' });
  };
  const dateAfter = async (regions: readonly string[], answers: AskPriceList) =>
    (await refreshPriceBook(book, regions, answers, '2027-02-03')).book.date;

  test('is that of a refresh of every region that found most prices', async () => {
    expect(await dateAfter(every, askAnything)).toBe('2027-02-03');
  });

  test('stays where a region was not asked for, or little was found: what is old must be told', async () => {
    expect(await dateAfter(['us-east-1'], askAnything)).toBe(book.date);
    expect(await dateAfter(every, ask)).toBe(book.date);
  });
});

test('learns a region that the book did not know', () => {
  expect(price('AmazonEC2/linux.t4g.medium', 'eu-north-1')?.usd).toBe(0.0344);
});

test.each([
  ['awswaf/webAcl', 5.5, 'not that of a usage type that only ends alike'],
  ['AWSLambda/requests', 0.21, 'for as many units as the book counts'],
  ['AmazonEC2/ebs.gp3.throughput', 0.04, 'in MiB, of a list in GiB'],
  ['AmazonS3/standard.storage', 0.024, 'the first of a range'],
])('reads %s as %d: %s', (key, usd) => {
  expect(price(key)?.usd).toBe(usd);
});

test('keeps the old price where the list is not clear or says nothing, and tells', () => {
  expect(price('AmazonDocDB/db.r5.large')).toEqual(findPrice(book, 'AmazonDocDB/db.r5.large', 'us-east-1'));
  expect(outcome('AmazonDocDB/db.r5.large')).toBe('not clear: 0.28, 0.31');
  expect(price('AmazonEC2/natGateway.hour')).toEqual(findPrice(book, 'AmazonEC2/natGateway.hour', 'us-east-1'));
  expect(outcome('AmazonEC2/natGateway.hour')).toBe('not in the Price List');
});

test('leaves the book it was given as it is, and writes one that can be read', async () => {
  expect(findPrice(book, 'awswaf/webAcl', 'us-east-1')?.usd).toBe(5);
  const text = await priceBookText(fresh);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(fresh)));
});
