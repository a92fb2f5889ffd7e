import { configTree } from './config-paths.ts';
import { nearest } from './problems.ts';
import { branchesOf, expectedAt, keysOf, schemasAt } from './schema-tree.ts';

const lastKey = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/** Names of the keys that exist at a path, in whatever branch. */
function keysAt(path: readonly (string | number)[]): string[] {
  const objects = schemasAt(path).flatMap((schema) => branchesOf(schema)?.objects ?? []);
  return [...new Set(objects.flatMap(({ shape }) => Object.keys(shape)))];
}

/** Says what is wrong with a path that does not exist, and which one may be meant. */
export function unknownKey(path: string): string {
  const keys = keysOf(path);
  const depth = keys.findIndex((_, index) => schemasAt(keys.slice(0, index + 1)).length === 0);
  const [parent, key = path] = [keys.slice(0, depth), keys[depth]];
  const known = keysAt(parent);
  const parentPath = parent.join('.');
  if (known.length === 0) return `unknown key: ${parentPath} takes ${expectedAt(schemasAt(parent))}`;
  const prefix = parentPath === '' ? '' : `${parentPath}.`;
  const sibling = nearest(key, known);
  if (sibling !== undefined) {
    const rest = keys.slice(depth + 1);
    const whole = [...parent, sibling, ...rest];
    return `unknown key: did you mean ${schemasAt(whole).length > 0 ? whole.join('.') : `${prefix}${sibling}`}?`;
  }
  const { leaves, groups } = configTree();
  const paths = [...groups, ...leaves].map((entry) => entry.path);
  const elsewhere =
    paths.find((candidate) => lastKey(candidate) === lastKey(path)) ??
    nearest(path, paths) ??
    paths.find((candidate) => lastKey(candidate) === nearest(lastKey(path), paths.map(lastKey)));
  if (elsewhere !== undefined) return `unknown key: did you mean ${elsewhere}?`;
  return `unknown key: ${parentPath === '' ? 'there are' : `${parentPath} has`} ${known.join(', ')}`;
}
