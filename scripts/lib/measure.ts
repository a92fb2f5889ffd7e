import { performance } from 'node:perf_hooks';

/** Something that can be timed. */
export interface Subject {
  readonly name: string;
  /** Runs once, to its end. */
  readonly run: () => Promise<void>;
}

/**
 * Wall times in milliseconds of each subject. All subjects run once per round, in turns, so that a machine that gets
 * slower or faster meanwhile does so for all of them. The first round only warms the caches.
 */
export async function measureInTurns(
  subjects: readonly Subject[],
  rounds: number,
  onRound: (round: number) => void = () => undefined,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    // Each second round runs backwards: no subject always follows the same one.
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const { name, run } of order) {
      const start = performance.now();
      await run();
      if (round > 0) times.get(name)?.push(performance.now() - start);
    }
    onRound(round);
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** Largest distance from the median, as a share of it: how noisy the machine was. */
export function spread(values: readonly number[]): number {
  const center = median(values);
  return Math.max(...values.map((value) => Math.abs(value - center))) / center;
}
