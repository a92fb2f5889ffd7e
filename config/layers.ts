import { branchesOf, branchName, schemasAt } from './schema-tree.ts';

/** Settings as one source gives them: any value at any path, not checked yet. */
export type Tree = Readonly<Record<string, unknown>>;

/** What one source contributes. Later layers win. */
export interface Layer {
  readonly values: Tree;
  /** Where the value at a path stands, such as `my-config.yaml:12`. */
  readonly origin: (path: string) => string;
}

export interface Merged {
  readonly values: Tree;
  /** Where each value came from; what is not in it has the schema's default. */
  readonly sources: ReadonlyMap<string, string>;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const joinPath = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

/**
 * Puts layers over each other: groups are merged, everything else is replaced, null takes away what lower layers gave.
 *
 * Another branch of a union (`mode`, `access.type`…) takes away the keys of the branch that it replaces.
 */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const sources = new Map<string, string>();
  const forget = (path: string) => {
    for (const known of sources.keys()) if (known === path || known.startsWith(`${path}.`)) sources.delete(known);
  };

  const merge = (base: Tree, over: Tree, path: readonly string[], origin: Layer['origin']): Tree => {
    const result = new Map(Object.entries(base));
    const drop = (key: string) => {
      result.delete(key);
      forget([...path, key].join('.'));
    };
    for (const key of keysOfReplacedBranch(path, base, over)) drop(key);
    for (const [key, value] of Object.entries(over)) {
      const at = [...path, key].join('.');
      if (isTree(value)) {
        const below = result.get(key);
        if (!isTree(below)) drop(key);
        result.set(key, merge(isTree(below) ? below : {}, value, [...path, key], origin));
        continue;
      }
      drop(key);
      if (value === null || value === undefined) continue;
      result.set(key, value);
      sources.set(at, origin(at));
    }
    // Not an assignment for each key: `__proto__` in a file would be lost instead of refused.
    return Object.fromEntries(result);
  };

  const values = layers.reduce<Tree>((base, { values: over, origin }) => merge(base, over, [], origin), {});
  return { values, sources };
}

function keysOfReplacedBranch(path: readonly string[], base: Tree, over: Tree): string[] {
  for (const schema of schemasAt(path)) {
    const { discriminator, objects } = branchesOf(schema) ?? {};
    if (discriminator === undefined || objects === undefined) continue;
    const [before, after] = [base[discriminator], over[discriminator]];
    const chosen = objects.find((object) => branchName(object, discriminator) === after);
    if (before === undefined || before === after || chosen === undefined) continue;
    return Object.keys(base).filter(
      (key) => !Object.hasOwn(chosen.shape, key) && objects.some(({ shape }) => Object.hasOwn(shape, key)),
    );
  }
  return [];
}

/** A copy with a value at a path. */
export function withValue(values: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree {
  const below = values[key];
  const next = rest.length === 0 ? value : withValue(isTree(below) ? below : {}, rest, value);
  return Object.fromEntries([...Object.entries(values).filter(([other]) => other !== key), [key, next]]);
}

/** A copy without the value at a path. */
export function withoutValue(values: Tree, [key = '', ...rest]: readonly string[]): Tree {
  const below = values[key];
  const others = Object.entries(values).filter(([other]) => other !== key);
  if (rest.length === 0 || !isTree(below)) return Object.fromEntries(others);
  return Object.fromEntries([...others, [key, withoutValue(below, rest)]]);
}

/** Every value by its dotted path; lists and empty groups are values. */
export function flatten(values: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = (value: unknown, path: string) => {
    if (isTree(value) && (path === '' || Object.keys(value).length > 0))
      for (const [key, below] of Object.entries(value)) visit(below, joinPath(path, key));
    else if (value !== undefined) found.set(path, value);
  };
  visit(values, '');
  return found;
}
