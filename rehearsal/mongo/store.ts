import { ObjectId } from 'bson';
import { Query } from 'mingo';
import { duplicateKey, Index, type IndexSpec } from './indexes.ts';
import { CommandError, isDoc, keyOf, valuesAt, type Doc, type Mode } from './values.ts';

const ID_INDEX: IndexSpec = { v: 2, key: { _id: 1 }, name: '_id_' };

/**
 * Documents and indexes of one collection. A stored document is never changed in place: an update replaces it.
 * So a copy of the Map is a snapshot, and comparing references shows whether somebody else wrote.
 */
export class Collection {
  readonly database: string;
  readonly name: string;
  readonly mode: Mode;
  readonly options: Doc;
  readonly indexes: Map<string, Index>;
  /** Set while an index build runs. */
  building = false;
  readonly #documents: Map<string, Doc>;
  readonly #origin: Collection | undefined;
  /** What a transaction's copy has written: the document before, by id. */
  readonly #before = new Map<string, Doc | undefined>();

  constructor(database: string, name: string, mode: Mode, options: Doc = {}, origin?: Collection) {
    this.database = database;
    this.name = name;
    this.mode = mode;
    this.options = options;
    this.#origin = origin;
    this.#documents = new Map(origin === undefined ? [] : origin.#documents);
    const indexes = origin?.indexes.values() ?? [new Index(ID_INDEX)];
    this.indexes = new Map([...indexes].map((index) => [index.spec.name, index.fork()]));
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  get specs(): IndexSpec[] {
    return [...this.indexes.values()].map((index) => index.spec);
  }

  fork(): Collection {
    return new Collection(this.database, this.name, this.mode, this.options, this);
  }

  /** The documents `filter` selects, in insertion order; a filter on `_id` does not scan. */
  *find(filter: Doc): Generator<Doc> {
    const query = new Query(filter);
    for (const doc of this.#candidates(filter._id)) if (query.test(doc)) yield doc;
  }

  #candidates(id: unknown): Iterable<Doc> {
    const operators = isDoc(id) && Object.keys(id).some((key) => key.startsWith('$')) ? id : { $eq: id };
    const { $eq, $in } = operators;
    const wanted = Array.isArray($in) ? ($in as unknown[]) : [$eq];
    const scan = wanted.some(
      (value) => value === undefined || value === null || Array.isArray(value) || value instanceof RegExp,
    );
    if (scan) return [...this.#documents.values()];
    const keys = new Set(wanted.map(keyOf));
    return [...keys].map((key) => this.#documents.get(key)).filter((doc) => doc !== undefined);
  }

  insert(doc: Doc): Doc {
    const { _id = new ObjectId(), ...rest } = doc;
    if (this.#documents.has(keyOf(_id))) throw duplicateKey(this.namespace, ID_INDEX, { _id }, this.mode);
    const stored = { _id, ...rest };
    this.#put(keyOf(_id), stored);
    return stored;
  }

  replace(doc: Doc): void {
    this.#put(keyOf(doc._id), doc);
  }

  delete(doc: Doc): void {
    const id = keyOf(doc._id);
    this.#journal(id);
    const stored = this.#documents.get(id);
    if (stored !== undefined) for (const index of this.indexes.values()) index.release(stored);
    this.#documents.delete(id);
  }

  #put(id: string, doc: Doc): void {
    for (const index of this.indexes.values()) index.check(doc, id, this.namespace, this.mode);
    this.#journal(id);
    const old = this.#documents.get(id);
    for (const index of this.indexes.values()) {
      if (old !== undefined) index.release(old);
      index.claim(doc, id);
    }
    this.#documents.set(id, doc);
  }

  /** Builds all of the indexes or, if there are duplicates, none. */
  build(specs: readonly IndexSpec[]): void {
    const built = specs.map((spec) => new Index(spec));
    for (const [id, doc] of this.#documents) {
      for (const index of built) {
        index.check(doc, id, this.namespace, this.mode);
        index.claim(doc, id);
      }
    }
    for (const index of built) this.indexes.set(index.spec.name, index);
  }

  /** Deletes what TTL indexes say is over. */
  reap(now: number): void {
    for (const index of this.indexes.values()) {
      const { key, expireAfterSeconds } = index.spec;
      const path = Object.keys(key)[0]?.split('.');
      if (typeof expireAfterSeconds !== 'number' || path === undefined) continue;
      for (const doc of [...this.#documents.values()]) {
        const dates = valuesAt(doc, path).filter((value) => value instanceof Date);
        const earliest = Math.min(...dates.map(Number));
        if (index.covers(doc) && earliest + expireAfterSeconds * 1000 <= now) this.delete(doc);
      }
    }
  }

  /** Remembers what a transaction overwrites, and stops it when the document changed since the snapshot. */
  #journal(id: string): void {
    if (this.#origin === undefined || this.#before.has(id)) return;
    const before = this.#documents.get(id);
    if (this.#origin.#documents.get(id) !== before) throw writeConflict();
    this.#before.set(id, before);
  }

  /** Throws a write conflict unless all of the transaction's writes still fit the collection it was copied from. */
  prepare(): void {
    const origin = this.#origin;
    if (origin === undefined || this.#before.size === 0) return;
    if ([...this.#before].some(([id, before]) => origin.#documents.get(id) !== before)) throw writeConflict();
    try {
      this.publish(origin.fork());
    } catch {
      throw writeConflict();
    }
  }

  publish(target = this.#origin): void {
    if (target === undefined) return;
    // All old documents go first, so that two documents may swap a unique value.
    for (const doc of this.#before.values()) if (doc !== undefined) target.delete(doc);
    for (const id of this.#before.keys()) {
      const doc = this.#documents.get(id);
      if (doc !== undefined) target.#put(id, doc);
    }
  }
}

const writeConflict = (): CommandError => new CommandError(112, 'WriteConflict error: please retry your operation');

/** All collections of the server, or a transaction's view of them. */
export class Store {
  readonly mode: Mode;
  readonly #collections: Map<string, Collection>;
  readonly #origin: Store | undefined;

  constructor(mode: Mode, origin?: Store) {
    this.mode = mode;
    this.#origin = origin;
    this.#collections = new Map(origin?.list().map((collection) => [collection.namespace, collection.fork()]));
  }

  get(database: string, name: string): Collection | undefined {
    return this.#collections.get(`${database}.${name}`);
  }

  /** The collection; made if it is missing. */
  ensure(database: string, name: string, options: Doc = {}): Collection {
    const found = this.get(database, name);
    if (found !== undefined) return found;
    if (name.startsWith('system.') || name.includes('$')) {
      throw new CommandError(73, `Invalid collection name: ${name}`);
    }
    // In a transaction the original must exist as well, to receive what the transaction writes.
    const made =
      this.#origin?.ensure(database, name, options).fork() ?? new Collection(database, name, this.mode, options);
    this.#collections.set(made.namespace, made);
    return made;
  }

  drop(collection: Collection): void {
    this.#collections.delete(collection.namespace);
  }

  list(database?: string): Collection[] {
    return [...this.#collections.values()].filter(
      (collection) => database === undefined || collection.database === database,
    );
  }

  begin(): Store {
    return new Store(this.mode, this);
  }

  commit(): void {
    const collections = this.list();
    for (const collection of collections) collection.prepare();
    for (const collection of collections) collection.publish();
  }
}
