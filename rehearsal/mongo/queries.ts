import { calculateObjectSize, Long } from 'bson';
import { Aggregator, Query } from 'mingo';
import { Context } from 'mingo/core';
import { $indexOfBytes } from 'mingo/operators/expression';
import type { CollationSpec } from 'mingo/types';
import { cloneDeep } from 'mingo/util';
import type { Collection, Store } from './store.ts';
import { asDocs, CommandError, isDoc, keyOf, valuesAt, type Doc } from './values.ts';

/** What mingo lacks and LibreChat asks for; its `$indexOfBytes` counts characters. */
const context = Context.init().addExpressionOps({ $indexOfCP: $indexOfBytes });
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

interface FindOptions {
  readonly filter: Doc;
  readonly sort?: unknown;
  readonly skip?: unknown;
  readonly limit?: unknown;
  readonly collation?: unknown;
}

/** The stored documents a find selects, sorted and cut, not yet projected. */
export function selectDocs(
  collection: Collection | undefined,
  { filter, sort, skip, limit, collation }: FindOptions,
): Doc[] {
  if (collection === undefined) return [];
  const from = Number(skip ?? 0);
  const count = Math.abs(Number(limit ?? 0));
  const ordered = isDoc(sort) && Object.keys(sort).some((field) => field !== '$natural') ? sort : undefined;
  let docs: Doc[] = [];
  for (const doc of collection.find(withoutComment(filter))) {
    docs.push(doc);
    // Without an order, the first documents found are as good as any, as on a real server.
    if (ordered === undefined && count > 0 && docs.length === from + count && !isDoc(sort)) break;
  }
  if (ordered !== undefined) {
    docs = new Query({}, collationOf(collation))
      .find<Doc>(docs)
      .sort({ ...ordered })
      .all();
  } else if (isDoc(sort) && sort.$natural === -1) {
    docs.reverse();
  }
  return docs.slice(from, count > 0 ? from + count : undefined);
}

export function projectDocs(docs: readonly Doc[], filter: Doc, projection: unknown): Doc[] {
  if (!isDoc(projection) || Object.keys(projection).length === 0) return [...docs];
  // Only a positional projection needs the filter, which an updated document may no longer match.
  const isPositional = Object.keys(projection).some((field) => field.endsWith('.$'));
  const query = new Query(isPositional ? withoutComment(filter) : {});
  const projected = query.find<Doc>(copies(docs), projection).all();
  return projected.map(({ _id, ...rest }) => (_id === undefined ? rest : { _id, ...rest }));
}

export function aggregateDocs(store: Store, database: string, collection: Collection | undefined, command: Doc): Doc[] {
  const stages = asDocs(command.pipeline, 'pipeline');
  const writer = stages.flatMap(Object.keys).find((name) => name === '$out' || name === '$merge');
  if (writer !== undefined) throw new CommandError(40324, `the rehearsal server has no stage that writes: ${writer}`);
  const filter = stages[0]?.$match;
  const source = isDoc(filter)
    ? selectDocs(collection, { filter, collation: command.collation })
    : [...(collection?.find({}) ?? [])];
  const options = {
    ...collationOf(command.collation),
    context,
    scriptEnabled: false,
    variables: isDoc(command.let) ? command.let : {},
    collectionResolver: (name: string): Doc[] => copies(store.get(database, name)?.find({}) ?? []),
  };
  return new Aggregator(isDoc(filter) ? stages.slice(1) : stages, options).run(copies(source));
}

/** mingo's stages and projections change what they are given, and stored documents must not change. */
const copies = (docs: Iterable<Doc>): Doc[] => [...docs].map((doc) => cloneDeep<Doc>(doc));

export function distinctValues(docs: readonly Doc[], path: string): unknown[] {
  const values = docs.flatMap((doc) => valuesAt(doc, path.split('.'))).filter((value) => value !== undefined);
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

const collationOf = (collation: unknown): { collation?: CollationSpec } =>
  isDoc(collation) ? { collation: collation as unknown as CollationSpec } : {};

const withoutComment = ({ $comment: _comment, ...filter }: Doc): Doc => filter;

interface OpenCursor {
  readonly namespace: string;
  readonly owner: string;
  readonly docs: Doc[];
}

/** Results that did not fit in the first reply. */
export class Cursors {
  readonly #open = new Map<string, OpenCursor>();
  #lastId = 0;

  start(namespace: string, owner: string, docs: readonly Doc[], batchSize: unknown, single = false): Doc {
    const cursor = { namespace, owner, docs: [...docs] };
    const firstBatch = takeBatch(cursor.docs, Number(batchSize ?? 101));
    if (single || cursor.docs.length === 0) return { cursor: { firstBatch, id: Long.ZERO, ns: namespace } };
    const id = Long.fromNumber(++this.#lastId);
    this.#open.set(id.toString(), cursor);
    return { cursor: { firstBatch, id, ns: namespace } };
  }

  more(id: unknown, owner: string, batchSize: unknown): Doc {
    const cursor = this.#open.get(String(id));
    if (cursor?.owner !== owner) throw new CommandError(43, `cursor id ${String(id)} not found`);
    const nextBatch = takeBatch(cursor.docs, Number(batchSize ?? 0) || Infinity);
    if (cursor.docs.length === 0) this.#open.delete(String(id));
    return {
      cursor: {
        nextBatch,
        id: cursor.docs.length === 0 ? Long.ZERO : Long.fromValue(id as number),
        ns: cursor.namespace,
      },
    };
  }

  kill(ids: readonly unknown[], owner: string): Doc {
    const [cursorsKilled, cursorsNotFound] = [true, false].map((known) =>
      ids
        .filter((id) => (this.#open.get(String(id))?.owner === owner) === known)
        .map((id) => Long.fromValue(id as number)),
    );
    for (const id of cursorsKilled ?? []) this.#open.delete(id.toString());
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
  }
}

/** Moves documents out of `docs` until the batch is full by number or by size. */
function takeBatch(docs: Doc[], count: number): Doc[] {
  let bytes = 0;
  let end = 0;
  for (const doc of docs) {
    if (end >= count) break;
    bytes += calculateObjectSize(doc);
    if (end > 0 && bytes > MAX_BATCH_BYTES) break;
    end += 1;
  }
  return docs.splice(0, end);
}
