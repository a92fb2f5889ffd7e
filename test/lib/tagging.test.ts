import { describe, expect, test } from 'vitest';
import { USER_TAGS } from '../../config/tags.ts';
import { stackTags } from '../../lib/utils/tagging-strategy.ts';
import { EVERY_PRESET, preset, type Resource, synthesize } from '../helpers/deployments.ts';
import taggable from '../fixtures/taggable-types.json' with { type: 'json' };

/** Tags as the template has them, whichever of the forms their type wants: a list or a map. */
function tagsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!Array.isArray(value)) return (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    (value as Readonly<Record<string, string>>[]).map(({ Key, Value, key, value }) => [Key ?? key, Value ?? value]),
  );
}

const properties: Readonly<Record<string, string | null>> = taggable;
const taggableOf = (resources: Readonly<Record<string, Resource>>) =>
  Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    const property = properties[Type];
    return typeof property === 'string' ? [{ id, tags: tagsOf(Properties[property]) }] : [];
  });

describe.each(EVERY_PRESET)('preset %s', (name) => {
  const { template, config } = preset(name);

  test('has no type of which nobody looked whether it takes tags', () => {
    const unknown = Object.values(template.Resources)
      .map(({ Type }) => Type)
      .filter((type) => type.startsWith('AWS::') && !(type in properties));
    expect([...new Set(unknown)], 'run npx --no-install tsx scripts/generate-taggable-types.ts').toEqual([]);
  });

  test('gives every resource that takes tags all of them', () => {
    const resources = taggableOf(template.Resources);
    expect(resources.length).toBeGreaterThan(20);
    for (const { id, tags } of resources) expect(tags, id).toMatchObject(stackTags(config));
  });

  test('tags nothing with what changes by itself', () => {
    expect(JSON.stringify(taggableOf(template.Resources).map(({ tags }) => tags))).not.toMatch(/20\d\d-\d\d|v0\.\d/);
  });
});

test('leaves room on every resource for as many tags as people may add', () => {
  const tags = Object.fromEntries(Array.from({ length: USER_TAGS }, (_, index) => [`Own${index}`, 'x']));
  for (const name of ['production-ec2', 'enterprise'] as const) {
    const { template } = synthesize(name, { tags, tagging: { owner: 'o', costCenter: 'c' } });
    for (const { id, tags } of taggableOf(template.Resources))
      expect(Object.keys(tags).length, id).toBeLessThanOrEqual(50);
  }
});
