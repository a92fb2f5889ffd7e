import { EJSON } from 'bson';
import { Query } from 'mingo';
import { asDoc, CommandError, isDoc, keyOf, valuesAt, type Doc, type Mode } from './values.ts';

/** One index as `listIndexes` shows it. */
export interface IndexSpec extends Doc {
  readonly key: Doc;
  readonly name: string;
}

/** What `partialFilterExpression` may contain; DocumentDB's list is the shorter one. */
const PARTIAL_OPERATORS: Readonly<Record<Mode, readonly string[]>> = {
  documentdb: ['$and', '$eq', '$exists', '$gt', '$gte', '$lt', '$lte'],
  mongodb: ['$and', '$eq', '$exists', '$gt', '$gte', '$in', '$lt', '$lte', '$or', '$type'],
};

function checkPartialFilter(filter: unknown, mode: Mode): void {
  if (Array.isArray(filter)) {
    for (const part of filter as unknown[]) checkPartialFilter(part, mode);
  }
  if (!isDoc(filter)) return;
  for (const [field, value] of Object.entries(filter)) {
    if (
      (field.startsWith('$') && !PARTIAL_OPERATORS[mode].includes(field)) ||
      (field === '$exists' && value === false)
    ) {
      throw new CommandError(67, `unsupported expression in partial index: ${EJSON.stringify({ [field]: value })}`);
    }
    checkPartialFilter(value, mode);
  }
}

/** Fills in the name, drops what is false anyway, and refuses what no server builds. */
export function normalizeIndex(raw: Doc, mode: Mode): IndexSpec {
  const { key: rawKey, name, unique, sparse, hidden, ...others } = raw;
  const key = asDoc(rawKey, 'key');
  const flags = Object.entries({ unique, sparse, hidden }).filter(([, value]) => value === true);
  const options: Doc = { ...Object.fromEntries(flags), ...others };
  const generated = Object.entries(key).flat().map(String).join('_');
  const { expireAfterSeconds, partialFilterExpression } = options;
  if (expireAfterSeconds !== undefined) {
    if (typeof expireAfterSeconds !== 'number') {
      throw new CommandError(67, 'TTL index expireAfterSeconds must be numeric');
    }
    if (Object.keys(key).length > 1) throw new CommandError(67, 'TTL indexes are single-field indexes');
  }
  if (partialFilterExpression !== undefined) {
    if (options.sparse === true) throw new CommandError(67, 'cannot mix partialFilterExpression and sparse options');
    checkPartialFilter(asDoc(partialFilterExpression, 'partialFilterExpression'), mode);
  }
  return { v: 2, key, name: typeof name === 'string' && name !== '' ? name : generated, ...options };
}

/** What two indexes have to differ in, so that there can be both. */
function identityOf({ key, partialFilterExpression, collation, unique, sparse }: IndexSpec, mode: Mode): string {
  const keys = JSON.stringify(Object.entries(key));
  // One index per key pattern, whatever its options: https://github.com/gravitee-io/gravitee-api-management/pull/19258
  return mode === 'documentdb' ? keys : keys + EJSON.stringify([partialFilterExpression, collation, unique, sparse]);
}

/** Compares a wanted index with those there are: true if it must be built, false if it exists, an error if it clashes. */
export function mustBuild(wanted: IndexSpec, existing: readonly IndexSpec[], mode: Mode): boolean {
  const clash = (code: number, text: string, other: IndexSpec): CommandError =>
    new CommandError(code, `${text} Requested index: ${EJSON.stringify(wanted)}, existing: ${EJSON.stringify(other)}`);
  const namesake = existing.find(({ name }) => name === wanted.name);
  if (namesake !== undefined) {
    if (identityOf(wanted, 'mongodb') !== identityOf(namesake, 'mongodb')) {
      throw clash(86, 'An existing index has the same name as the requested index.', namesake);
    }
    if (wanted.expireAfterSeconds === namesake.expireAfterSeconds && wanted.hidden === namesake.hidden) return false;
    throw clash(85, 'An equivalent index already exists with the same name but different options.', namesake);
  }
  const identity = identityOf(wanted, mode);
  const twin = existing.find((other) => identityOf(other, mode) === identity);
  if (twin !== undefined) throw clash(85, `Index already exists with a different name: ${twin.name}.`, twin);
  return true;
}

/** An index. Only unique ones hold entries: queries scan, and uniqueness is one Map look-up per key. */
export class Index {
  readonly spec: IndexSpec;
  readonly #paths: readonly string[][];
  readonly #partial: Query | undefined;
  readonly #owners: Map<string, string>;

  constructor(spec: IndexSpec, owners = new Map<string, string>()) {
    this.spec = spec;
    this.#paths = Object.keys(spec.key).map((path) => path.split('.'));
    this.#partial = isDoc(spec.partialFilterExpression) ? new Query(spec.partialFilterExpression) : undefined;
    this.#owners = owners;
  }

  fork(): Index {
    return new Index(this.spec, new Map(this.#owners));
  }

  /** True if the index has an entry for the document, which partial and sparse ones may not. */
  covers(doc: Doc): boolean {
    if (this.#partial !== undefined) return this.#partial.test(doc);
    return (
      this.spec.sparse !== true || this.#paths.some((path) => valuesAt(doc, path).some((value) => value !== undefined))
    );
  }

  /** Throws a duplicate key error if another document than `owner` holds a key of `doc`. */
  check(doc: Doc, owner: string, namespace: string, mode: Mode): void {
    if (!this.#keys(doc).some((key) => (this.#owners.get(key) ?? owner) !== owner)) return;
    const keyValue = Object.fromEntries(this.#paths.map((path) => [path.join('.'), valuesAt(doc, path)[0] ?? null]));
    throw duplicateKey(namespace, this.spec, keyValue, mode);
  }

  claim(doc: Doc, owner: string): void {
    for (const key of this.#keys(doc)) this.#owners.set(key, owner);
  }

  release(doc: Doc): void {
    for (const key of this.#keys(doc)) this.#owners.delete(key);
  }

  #keys(doc: Doc): string[] {
    if (this.spec.unique !== true || !this.covers(doc)) return [];
    return this.#paths.reduce<string[]>(
      (keys, path) => {
        const column = [...new Set(valuesAt(doc, path).map(keyOf))];
        return keys.flatMap((key) => column.map((value) => `${key}\n${value}`));
      },
      [''],
    );
  }
}

export function duplicateKey(namespace: string, { name, key }: IndexSpec, keyValue: Doc, mode: Mode): CommandError {
  const message = `E11000 duplicate key error collection: ${namespace} index: ${name}`;
  // DocumentDB names the index and nothing else: https://github.com/payloadcms/payload/issues/4460
  if (mode === 'documentdb') return new CommandError(11000, message);
  const shown = Object.entries(keyValue).map(([field, value]) => `${field}: ${EJSON.stringify(value)}`);
  return new CommandError(11000, `${message} dup key: { ${shown.join(', ')} }`, { keyPattern: key, keyValue });
}
