/**
 * Writes lambda/init-docdb/librechat-indexes.json: LibreChat's collections and indexes, from its own models.
 *
 *     npx --no-install tsx scripts/generate-docdb-indexes.ts [--check]
 *
 * `documentDb` beside an index is what to create where the server refuses the original, with the reason. A new kind of
 * index, for which nobody has decided what DocumentDB does, stops the generator.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Options = Readonly<Record<string, Json>>;
interface IndexEntry {
  readonly name: string;
  readonly keys: Readonly<Record<string, number>>;
  readonly options: Options;
  readonly documentDb?: { readonly options: Options; readonly reason: string };
}
interface Model {
  readonly collection: { readonly name: string };
  readonly schema: { indexes: () => [Record<string, number>, Record<string, Json>][] };
}
interface Mongoose {
  modelNames: () => string[];
  model: (name: string) => Model;
}

const PACKAGE = '@librechat/data-schemas';
const TARGET = fileURLToPath(new URL('../lambda/init-docdb/librechat-indexes.json', import.meta.url));
// What DocumentDB 5.0 builds: https://docs.aws.amazon.com/documentdb/latest/developerguide/partial-index.html
const KNOWN_OPTIONS = new Set(['unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression']);
const KNOWN_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte']);
const NULL_REASON =
  'AWS documents $eq in partial indexes, but not with null: without it the index is larger and serves the same queries';

const never = (): Promise<never> => new Promise(() => undefined);
const REPLACED: Readonly<Record<string, unknown>> = {
  // The package reads the working folder's .env as it loads (without declaring dotenv): the data must not depend on it.
  'dotenv/config': {},
  // The models call the search engine as soon as they exist.
  meilisearch: { MeiliSearch: class { readonly index = () => new Proxy({}, { get: () => never }); } }, // prettier-ignore
};

function loadModels(): Mongoose {
  const require = createRequire(import.meta.url);
  const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = (request, ...rest) => REPLACED[request] ?? load(request, ...rest);
  // Search adds indexes of its own, and the models only have them when it is configured.
  Object.assign(process.env, { MEILI_HOST: 'http://localhost', MEILI_MASTER_KEY: 'unused', SEARCH: 'true' });
  Object.assign(process.env, { LOG_TO_FILE: 'false', LIBRECHAT_LOG_DIR: join(tmpdir(), 'librechat-indexes') });
  const mongoose = require('mongoose') as Mongoose;
  (require(PACKAGE) as { createModels: (mongoose: Mongoose) => void }).createModels(mongoose);
  return mongoose;
}

function toEntry(collection: string, keys: Record<string, number>, all: Record<string, Json>): IndexEntry {
  // `background` is the initializer's business, and always on.
  const { name, background: _, ...options } = all;
  const where = `${collection} ${JSON.stringify(keys)}`;
  if (Object.values(keys).some((direction) => Math.abs(direction) !== 1)) {
    throw new Error(`${where}: decide what DocumentDB gets instead of this kind of key`);
  }
  const unknown = Object.keys(options).filter((option) => !KNOWN_OPTIONS.has(option));
  if (unknown.length > 0) throw new Error(`${where}: decide what DocumentDB gets instead of ${unknown.join(', ')}`);
  const documentDb = forDocumentDb(where, options);
  return {
    name: typeof name === 'string' ? name : Object.entries(keys).flat().join('_'),
    keys,
    options,
    ...(documentDb && { documentDb }),
  };
}

function forDocumentDb(where: string, options: Options): IndexEntry['documentDb'] {
  const filter = options['partialFilterExpression'] as Options | undefined;
  if (filter === undefined) return undefined;
  const kept = Object.entries(filter).filter(([field, condition]) => {
    const clauses =
      typeof condition === 'object' && condition !== null ? Object.entries(condition) : [['$eq', condition]];
    const odd = clauses.filter(([operator]) => !KNOWN_OPERATORS.has(String(operator)));
    if (field.startsWith('$') || odd.length > 0)
      throw new Error(`${where}: decide what DocumentDB gets instead of this filter`);
    return !clauses.some(([operator, value]) => operator === '$eq' && value === null);
  });
  if (kept.length === Object.keys(filter).length) return undefined;
  if (options['unique'] === true) throw new Error(`${where}: a wider filter would change what is unique`);
  return { options: { ...options, partialFilterExpression: Object.fromEntries(kept) }, reason: NULL_REASON };
}

/** The data file's text. */
export async function indexFile(): Promise<string> {
  const mongoose = loadModels();
  const collections = mongoose
    .modelNames()
    .map((model) => ({ model, name: mongoose.model(model).collection.name, schema: mongoose.model(model).schema }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ model, name, schema }) => ({
      name,
      model,
      indexes: schema.indexes().map(([keys, options]) => toEntry(name, keys, options)),
    }));
  const { version } = JSON.parse(
    readFileSync(new URL(`../node_modules/${PACKAGE}/package.json`, import.meta.url), 'utf8'),
  ) as { version: string };
  const text = JSON.stringify({ source: `${PACKAGE} ${version}`, collections });
  return format(text, { ...(await resolveConfig(TARGET)), parser: 'json' });
}

const text = await indexFile();
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(
    'lambda/init-docdb/librechat-indexes.json is stale: run npx --no-install tsx scripts/generate-docdb-indexes.ts',
  );
  process.exitCode = 1;
}
