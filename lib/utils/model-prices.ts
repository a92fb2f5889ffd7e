import prices from './model-prices.json' with { type: 'json' };

/** Prefix of inference profiles that stay within a part of the world; they share their prices. */
const PART_OF_THE_WORLD = /^(us|us-gov|eu|apac|jp|au|ca)\./;

/** USD for a million tokens. */
export interface TokenPrice {
  readonly input: number;

  /** Undefined for models that write nothing. */
  readonly output?: number;
}

/** Names under which the price of a model may be known, the likeliest first. */
export function priceNames(model: string): string[] {
  return [model, model.replace(PART_OF_THE_WORLD, 'regional.'), `regional.${model}`];
}

/** Price of a model's tokens on the day of `PRICE_DATE`; undefined where none is known. */
export function tokenPrice(model: string): TokenPrice | undefined {
  const known: Readonly<Record<string, TokenPrice>> = prices.usdPerMillionTokens;
  return priceNames(model)
    .map((name) => known[name])
    .find((price) => price !== undefined);
}

export const PRICE_DATE = prices.date;
