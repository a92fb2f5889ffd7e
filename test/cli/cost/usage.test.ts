import { describe, expect, test } from 'vitest';
import { ASSUMPTIONS, NOBODY, readUsage, usageOf } from '../../../cli/cost/usage.ts';
import { UserError } from '../../../cli/errors.ts';

test('every assumption is a range that says what it is', () => {
  for (const [key, range] of Object.entries(usageOf())) {
    expect(range[0], key).toBeLessThanOrEqual(range[1]);
    expect(ASSUMPTIONS[key as keyof typeof ASSUMPTIONS].about).not.toBe('');
  }
});

test('what is known better wins, the later over the earlier', () => {
  expect(usageOf({ users: 5, gb: [1, 2] }, { users: 7 })).toMatchObject({ users: [7, 7], gb: [1, 2] });
  expect(usageOf({ users: 5 }, NOBODY).users).toEqual([0, 0]);
});

describe('a usage file', () => {
  test.each([
    ['users: 100\ntrafficKb: [50, 60]\n', { users: 100, trafficKb: [50, 60] }],
    ['{"gb": 0}', { gb: 0 }],
  ])('may be YAML or JSON: %j', (text, usage) => {
    expect(readUsage(text, 'usage')).toEqual(usage);
  });

  test.each([
    ['userz: 1', "u.yaml: unknown assumption 'userz', did you mean users?"],
    ['wholly: 1', /^u\.yaml: unknown assumption 'wholly'; there are users, messages, /],
    [
      'userz: 1\ngb: -1\nmonths: [3, 2]',
      "u.yaml: unknown assumption 'userz', did you mean users?; gb takes a number or [least, most], got -1; months takes a number or [least, most], got [3,2]",
    ],
    ['users: many', 'u.yaml: users takes a number or [least, most], got "many"'],
    ['users: []', 'u.yaml: users takes a number or [least, most], got []'],
    ['- users', /^u\.yaml holds no assumptions/],
    ['users: [', /^u\.yaml is neither YAML nor JSON/],
  ])('is refused in one error: %j', (text, message) => {
    expect(() => readUsage(text, 'u.yaml')).toThrow(UserError);
    expect(() => readUsage(text, 'u.yaml')).toThrow(message);
  });
});
