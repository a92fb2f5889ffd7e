import type { Template } from '../helpers/deployments.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a template that is taken apart
type Loose = Record<string, { Type: string; Properties: Record<string, any> }>;

/** A copy of a template with something changed on purpose. */
export function mutated(template: Template, change: (resources: Loose) => void): Template {
  const copy = structuredClone(template);
  change(copy.Resources);
  return copy;
}

/** The one resource of a type whose logical id or properties match. */
export function find(resources: Loose, type: string, pattern: RegExp): [id: string, resource: Loose[string]] {
  const found = Object.entries(resources).filter(
    ([id, { Type, Properties }]) => Type === type && pattern.test(`${id} ${JSON.stringify(Properties)}`),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} of ${type} match ${pattern.source}`);
  return first;
}

/** Removes the one resource of a type that matches. */
export function remove(resources: Loose, type: string, pattern: RegExp): void {
  const [id] = find(resources, type, pattern);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- of a copy
  delete resources[id];
}
