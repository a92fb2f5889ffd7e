import { expect, test } from 'vitest';
import { measureInTurns, median, spread } from '../../scripts/lib/measure.ts';

test('subjects take turns, backwards every second round, and the first round is not counted', async () => {
  const order: string[] = [];
  const subject = (name: string) => ({
    name,
    run: () => {
      order.push(name);
      return Promise.resolve();
    },
  });
  const times = await measureInTurns([subject('a'), subject('b')], 2);
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect([...times].map(([name, values]) => [name, values.length])).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('the spread is the largest distance from the median, as a share of it', () => {
  expect(spread([90, 100, 130])).toBeCloseTo(0.3);
});
