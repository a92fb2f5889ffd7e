import { isTree } from '../layers.ts';

type Keys = readonly (string | number)[];

/** A key that a schema does not know, and those it knows at that place. */
export interface UnknownKey {
  readonly path: Keys;
  readonly known: readonly string[];
}

/** As much of a schema of zod 3, which LibreChat uses, as the search for unknown keys needs. */
export interface Zod3Schema {
  readonly _def: Zod3Definition;
  safeParse(value: unknown): { readonly success: boolean };
}

interface Zod3Definition {
  readonly typeName: string;
  /** What optional, nullable, default, catch and readonly are about. */
  readonly innerType?: Zod3Schema;
  /** What an effect is about. */
  readonly schema?: Zod3Schema;
  /** Input of a pipeline. */
  readonly in?: Zod3Schema;
  /** What a lazy schema stands for. */
  readonly getter?: () => Zod3Schema;
  readonly shape?: () => Readonly<Record<string, Zod3Schema>>;
  readonly unknownKeys?: 'strip' | 'strict' | 'passthrough';
  /** Items of an array. */
  readonly type?: Zod3Schema;
  /** Values of a record. */
  readonly valueType?: Zod3Schema;
  readonly options?: readonly Zod3Schema[] | ReadonlyMap<unknown, Zod3Schema>;
  readonly left?: Zod3Schema;
  readonly right?: Zod3Schema;
}

/** Keys in a value that its schema would drop without a word, or refuse. */
export function unknownKeys(schema: Zod3Schema, value: unknown, path: Keys = []): UnknownKey[] {
  const { _def: def } = schema;
  const inner = def.innerType ?? def.schema ?? def.in ?? def.getter?.();
  if (inner !== undefined) return unknownKeys(inner, value, path);
  if (def.options !== undefined) return fewestUnknown([...def.options.values()], value, path);
  if (def.left !== undefined && def.right !== undefined)
    return unknownToBoth(unknownKeys(def.left, value, path), unknownKeys(def.right, value, path));
  if (Array.isArray(value) && def.typeName === 'ZodArray' && def.type !== undefined) {
    const { type } = def;
    return value.flatMap((item, index) => unknownKeys(type, item, [...path, index]));
  }
  if (!isTree(value)) return [];
  const below = (key: string, at: Zod3Schema | undefined) =>
    at === undefined ? [] : unknownKeys(at, value[key], [...path, key]);
  if (def.valueType !== undefined) return Object.keys(value).flatMap((key) => below(key, def.valueType));
  if (def.shape === undefined) return [];
  const shape = def.shape();
  return Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(shape, key)) return below(key, shape[key]);
    return def.unknownKeys === 'passthrough' ? [] : [{ path: [...path, key], known: Object.keys(shape) }];
  });
}

/** What neither half of an intersection knows; who does not know a key knows nothing below it either. */
function unknownToBoth(left: readonly UnknownKey[], right: readonly UnknownKey[]): UnknownKey[] {
  const covers = (above: UnknownKey, below: UnknownKey) => above.path.every((key, depth) => below.path[depth] === key);
  const found = new Map<string, UnknownKey>();
  for (const [own, others] of [
    [left, right],
    [right, left],
  ] as const) {
    for (const unknown of own) {
      const other = others.find((candidate) => covers(candidate, unknown));
      const known = other?.path.length === unknown.path.length ? [...unknown.known, ...other.known] : unknown.known;
      if (other !== undefined) found.set(unknown.path.join('.'), { path: unknown.path, known });
    }
  }
  return [...found.values()];
}

/** What the choice that fits best does not know. */
function fewestUnknown(options: readonly Zod3Schema[], value: unknown, path: Keys): UnknownKey[] {
  const fitting = options.filter((option) => accepts(option, value));
  const found = (fitting.length > 0 ? fitting : options).map((option) => unknownKeys(option, value, path));
  return found.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function accepts(schema: Zod3Schema, value: unknown): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    // Some of LibreChat's checks fail themselves at an address that is none.
    return false;
  }
}
