import type { z } from 'zod';
import { unknownKey } from './hints.ts';
import { joinPath } from './layers.ts';
import { nearest, oneOf, show } from './problems.ts';
import { branchesOf, branchName, expectedAt, kindOf, schemasAt, unwrap, valueAt, valuesOf } from './schema-tree.ts';

export type Issue = z.core.$ZodIssue;
export type Keys = readonly (string | number)[];

/** What is wrong at one path, before it is known who set it. */
export interface Finding {
  readonly keys: Keys;
  readonly message: string;
  /** Path of the choice that the finding depends on. */
  readonly choice?: string;
  /** Nobody set it. */
  readonly missing?: boolean;
}

/** `access.allowedCidrs[1]` */
export function shownPath(keys: Keys): string {
  return keys.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : joinPath(path, key)), '');
}

/** Says in our words what zod found. */
export function explain(issue: Issue, values: unknown): Finding[] {
  const keys = issue.path as Keys;
  if (issue.code === 'custom') return [{ keys, message: issue.message }];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => explainUnknown(keys, key, values));
  const value = valueAt(values, keys);
  if (value === undefined) return [explainMissing(keys, values)];
  if (issue.code === 'invalid_key') {
    const own = issue.issues.map(({ message }) => message).find((message) => message.startsWith('expected'));
    return [{ keys, message: `${own ?? 'expected a name of 1 to 128 characters'}, got ${show(keys.at(-1))}` }];
  }
  return [{ keys, message: issue.message.startsWith('expected') ? issue.message : explainValue(keys, value, values) }];
}

function explainUnknown(keys: Keys, key: string, values: unknown): Finding {
  const at = [...keys, key];
  for (const schema of schemasAt(keys)) {
    const { discriminator, objects = [] } = branchesOf(schema) ?? {};
    const owners = objects.filter(({ shape }) => Object.hasOwn(shape, key));
    if (discriminator === undefined || owners.length === 0) continue;
    const choice = shownPath([...keys, discriminator]);
    const names = oneOf(owners.map((object) => branchName(object, discriminator)));
    const current = show(valueAt(values, [...keys, discriminator])).replaceAll('"', "'");
    const message = `exists with ${choice} ${names} only, and ${choice} is ${current}: remove it, or set ${choice} to ${names}`;
    return { keys: at, message, choice };
  }
  return { keys: at, message: unknownKey(at.join('.')) };
}

function explainMissing(keys: Keys, values: unknown): Finding {
  const schemas = schemasAt(keys, values);
  const [schema] = schemas;
  const discriminator = schema === undefined ? undefined : branchesOf(schema)?.discriminator;
  // Who lacks a whole group begins with the choice in it.
  if (discriminator !== undefined) return explainMissing([...keys, discriminator], undefined);
  const meaning = schema === undefined ? '' : (unwrap(schema).description ?? '').replace(/\.$/, '');
  const wanted = schema !== undefined && kindOf(schema) === 'group' ? 'it' : expectedAt(schemas);
  const about =
    shownPath(keys) === 'mode'
      ? ", or start from a preset (in a file: 'preset: minimal-dev')"
      : schemas.length > 1 || meaning === ''
        ? ''
        : ` (${meaning})`;
  return { keys, message: `missing: set ${wanted}${about}`, missing: true };
}

function explainValue(keys: Keys, value: unknown, values: unknown): string {
  const schemas = schemasAt(keys, values);
  // Who put the secret itself where its ARN belongs does not want to read it in a log.
  const given = keys.join('.').includes('SecretArn') ? 'something else' : show(value);
  const meant = typeof value === 'string' ? nearest(value, schemas.flatMap(valuesOf).map(String)) : undefined;
  const text = schemas.some((schema) => kindOf(schema) === 'text');
  const remedy =
    meant !== undefined ? `: did you mean '${meant}'?` : text && typeof value === 'number' ? ': put it in quotes' : '';
  return `expected ${expectedAt(schemas)}, got ${given}${remedy}`;
}
