import type { DeploymentConfig } from '../../config/schema.ts';
import type { Priced } from '../cost/format.ts';
import type { Io } from '../io.ts';
import type { Choice } from '../prompts.ts';

/** A bill, and why it may not be the one of this configuration. */
export interface Price extends Priced {
  readonly note?: string;
}

/** A region that the price book does not know; a model without a price is another matter. */
const NO_PRICE_HERE = /no price for [a-z]+-[a-z-]+-\d/;
const LABEL_WIDTH = 15;

const known = new Map<string, Promise<Price | undefined>>();

/**
 * What a configuration costs a month, with nobody and with so many people.
 *
 * Undefined before the code of the functions was bundled, when there is no network to do so: a price that is missing
 * must not stop the questions.
 */
export function priceOf(config: DeploymentConfig, users?: number): Promise<Price | undefined> {
  const key = JSON.stringify([config, users]);
  const price =
    known.get(key) ??
    compute(config, users).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'PythonBundleError') return undefined;
      throw error;
    });
  known.set(key, price);
  return price;
}

async function compute(config: DeploymentConfig, users?: number): Promise<Price> {
  const { synthesize } = await import('../cost/subject.ts');
  const { DEFAULT_REGION, estimateTemplate } = await import('../cost/estimate.ts');
  const { NOBODY } = await import('../cost/usage.ts');
  const template = synthesize(config);
  const usage = users === undefined ? {} : { users };
  const local = estimateTemplate(template, { usage, region: config.region });
  const isKnown = !local.unpriced.some(({ reason }) => NO_PRICE_HERE.test(reason));
  const region = isKnown ? local.region : DEFAULT_REGION;
  return {
    name: config.stackName,
    subject: { name: config.stackName, template },
    idle: estimateTemplate(template, { usage: { ...usage, ...NOBODY }, region }),
    used: estimateTemplate(template, { usage, region }),
    ...(isKnown ? {} : { note: `prices of ${region}: those of ${local.region} may differ` }),
  };
}

/** A choice, and the configuration that it would give; none where that would be refused. */
export interface PricedChoice extends Choice {
  readonly config: DeploymentConfig | undefined;
}

/** Choices with what each costs before anybody uses it: `minimal-dev     $38 a month`. */
export async function withPrices(io: Io, choices: readonly PricedChoice[], users?: number): Promise<Choice[]> {
  const priced: Choice[] = [];
  for (const { config, label, ...choice } of choices) {
    io.status(`computing the price of ${label}`);
    const [low, high] = (config === undefined ? undefined : await priceOf(config, users))?.idle.total ?? [];
    const price =
      low === undefined || high === undefined ? '' : `$${Math.round((low + high) / 2).toLocaleString('en-US')} a month`;
    priced.push({ ...choice, label: price === '' ? label : `${label.padEnd(LABEL_WIDTH)} ${price}` });
  }
  return priced;
}
