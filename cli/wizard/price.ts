import type { DeploymentConfig } from '../../config/schema.ts';
import type { Price } from '../cost/subject.ts';
import type { Io } from '../io.ts';
import type { Choice } from '../prompts.ts';

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
  const { priceOfConfig } = await import('../cost/subject.ts');
  return priceOfConfig(config, users === undefined ? {} : { users });
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
