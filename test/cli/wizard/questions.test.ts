import { describe, expect, test } from 'vitest';
import { configTree } from '../../../config/config-paths.ts';
import { resolvePreset } from '../../../config/deployment-config.ts';
import { choicesOf } from '../../../cli/wizard/ask.ts';
import { QUESTIONS } from '../../../cli/wizard/questions.ts';
import { sizeFor, sizesOf } from '../../../cli/wizard/sizes.ts';

const leaves = new Map(configTree().leaves.map((leaf) => [leaf.path, leaf]));

describe('questions', () => {
  test.each(QUESTIONS.map(({ path }) => path))('%s is a setting, and each of its choices has a meaning', (path) => {
    const leaf = leaves.get(path)!;
    expect(leaf.variants[0]?.description).not.toBe('');
    if (leaf.kind !== 'choice') return;
    const choices = choicesOf(leaf);
    expect(choices.map(({ value }) => value)).toEqual(leaf.values);
    for (const { hint = '' } of choices) expect(hint.length).toBeGreaterThan(5);
  });

  test('meanings are cut where the next one begins', () => {
    const meanings = Object.fromEntries(choicesOf(leaves.get('access.type')!).map(({ value, hint }) => [value, hint]));
    expect(meanings['domain']).toBe('HTTPS at a load balancer with a certificate of ACM');
  });
});

describe('sizes', () => {
  test.each(['ec2', 'ecs'] as const)('of mode %s are settings that the schema accepts', (mode) => {
    for (const { settings } of sizesOf(mode)) {
      const values = Object.values(settings);
      if (mode === 'ec2') resolvePreset('minimal-dev', { instance: { type: values[0]! } });
      else {
        const [minTasks, maxTasks] = values.map(Number);
        expect(minTasks).toBeLessThanOrEqual(maxTasks!);
        resolvePreset('production-ecs', { service: { librechat: { minTasks, maxTasks } } });
      }
    }
  });

  test('are the smallest that is enough', () => {
    expect([1, 25, 26, 150].map((people) => sizeFor(String(people), 'ec2').people)).toEqual([25, 25, 50, 150]);
    expect(sizeFor('251', 'ecs').people).toBe(1000);
  });
});
