import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findPrice, PRICE_BOOK, readPriceBook, staleness } from '../../../cli/cost/price-book.ts';
import { priceBookText } from '../../../scripts/update-prices.ts';

const book = readPriceBook();

describe('the price book', () => {
  test('is as a refresh would write it', async () => {
    const text = readFileSync(PRICE_BOOK, 'utf8');
    expect(await priceBookText(JSON.parse(text) as typeof book)).toBe(text);
  });

  test('has a price in us-east-1, or everywhere, for every key', () => {
    expect(Object.keys(book.prices).filter((key) => findPrice(book, key, 'us-east-1') === undefined)).toEqual([]);
  });

  test('ships nothing unverified as a fact', () => {
    const doubtful = Object.entries(book.prices).flatMap(([key, { regions }]) =>
      Object.entries(regions)
        .filter(([, { source }]) => book.sources[source]!.startsWith('unverified'))
        .map(([region, { confidence }]) => [key, region, confidence]),
    );
    expect(doubtful.length).toBeGreaterThan(0);
    expect(doubtful.filter(([, , confidence]) => confidence !== 'low')).toEqual([]);
  });

  test('lists no source that nothing rests on', () => {
    const used = new Set(
      Object.values(book.prices).flatMap(({ regions }) => Object.values(regions).map(({ source }) => source)),
    );
    expect(Object.keys(book.sources).filter((source) => !used.has(source))).toEqual([]);
  });

  test("never lends a region another one's price", () => {
    expect(findPrice(book, 'AmazonEC2/linux.t4g.medium', 'eu-north-1')).toBeUndefined();
    expect(findPrice(book, 'AmazonRoute53/hostedZone', 'eu-north-1')?.usd).toBe(0.5);
  });

  test.each([
    ['2026-11-23', undefined],
    ['2027-05-22', undefined],
    ['2027-05-23', /^prices are of 2026-11-23, 181 days ago: refresh them with/],
  ])('on %s is as old as it is', (today, warning) => {
    const said = staleness({ ...book, date: '2026-11-23' }, new Date(today));
    if (warning === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(warning);
  });
});
