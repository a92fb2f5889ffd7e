import { parse } from 'yaml';
import { nearest } from '../../config/problems.ts';
import { EXIT, UserError } from '../errors.ts';
import assumptions from './assumptions.json' with { type: 'json' };

/** From the least to the most. */
export type Range = readonly [low: number, high: number];
export type UsageKey = keyof typeof assumptions;
export type Usage = Readonly<Record<UsageKey, Range>>;
/** What a person knows better than the assumptions. */
export type UsageInput = Readonly<Partial<Record<UsageKey, number | Range>>>;

export const ASSUMPTIONS: Readonly<Record<UsageKey, { value: number | number[]; about: string }>> = assumptions;
const KEYS = Object.keys(assumptions) as UsageKey[];

/** A month in which nobody comes: what the deployment costs by being there. */
export const NOBODY: UsageInput = { users: 0, gb: 0, scaling: 0 };

export const times = (...ranges: readonly Range[]): Range =>
  ranges.reduce<Range>(([low, high], [l, h]) => [low * l, high * h], [1, 1]);
export const plus = (...ranges: readonly Range[]): Range =>
  ranges.reduce<Range>(([low, high], [l, h]) => [low + l, high + h], [0, 0]);
export const rangeOf = (value: number | readonly number[]): Range => {
  const [low = 0, high = low] = typeof value === 'number' ? [value] : value;
  return [low, high];
};

/** Every assumption, with what is known better; later wins. */
export function usageOf(...inputs: readonly UsageInput[]): Usage {
  const known = Object.assign({}, ...inputs) as UsageInput;
  return Object.fromEntries(KEYS.map((key) => [key, rangeOf(known[key] ?? ASSUMPTIONS[key].value)])) as Usage;
}

/** Reads a usage file: YAML or JSON, each key a number or `[least, most]`. */
export function readUsage(text: string, file: string): UsageInput {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new UserError(`${file} is neither YAML nor JSON`, String(error).split('\n')[0], EXIT.usage);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new UserError(`${file} holds no assumptions`, 'write lines such as users: 50', EXIT.usage);
  const problems = Object.entries(content).flatMap(([key, value]) => problemOf(key, value));
  if (problems.length > 0) throw new UserError(`${file}: ${problems.join('; ')}`, undefined, EXIT.usage);
  return content;
}

function problemOf(key: string, value: unknown): string[] {
  if (!KEYS.some((known) => known === key)) {
    const meant = nearest(key, KEYS);
    return [
      `unknown assumption '${key}'${meant === undefined ? `; there are ${KEYS.join(', ')}` : `, did you mean ${meant}?`}`,
    ];
  }
  const numbers: unknown[] = Array.isArray(value) ? value : [value];
  const isRange = numbers.length <= 2 && numbers.every((number) => typeof number === 'number' && number >= 0);
  const [low, high = low] = numbers as number[];
  return isRange && low !== undefined && high !== undefined && low <= high
    ? []
    : [`${key} takes a number or [least, most], got ${JSON.stringify(value)}`];
}
