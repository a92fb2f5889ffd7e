import type { Call, CommandTable } from './engine.ts';
import { aggregateDocs, distinctValues, projectDocs, selectDocs } from './queries.ts';
import { isSame, seedOf, updated } from './update.ts';
import { asDoc, asDocs, asString, CommandError, isDoc, toCommandError, type Doc } from './values.ts';

/** Runs each write of a batch; a failed one is reported in the reply and stops an ordered batch. */
function writeEach({ command }: Call, field: string, write: (item: Doc, index: number) => void): Doc {
  const writeErrors: Doc[] = [];
  for (const [index, item] of asDocs(command[field], field).entries()) {
    try {
      write(item, index);
    } catch (error) {
      const refusal = toCommandError(error);
      // A write conflict ends the transaction, so it is not one item's error.
      if (refusal.code === 112) throw refusal;
      writeErrors.push({ index, code: refusal.code, errmsg: refusal.message, ...refusal.details });
      if (command.ordered !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

interface Change {
  readonly before: Doc | undefined;
  readonly after: Doc;
}

/** Applies `u` of an update statement (or of findAndModify) to what `q` selects. */
function change(call: Call, statement: Doc): Change[] {
  const { u: update, multi, upsert, sort, collation } = statement;
  const filter = asDoc(statement.q ?? {}, 'q');
  const arrayFilters = asDocs(statement.arrayFilters ?? [], 'arrayFilters');
  if (multi === true && isDoc(update) && !Object.keys(update).some((key) => key.startsWith('$'))) {
    throw new CommandError(9, 'multi update is not supported for replacement-style update');
  }
  const found = selectDocs(call.collection, { filter, sort, limit: multi === true ? 0 : 1, collation });
  if (found.length === 0 && upsert === true) {
    const made = updated(seedOf(filter), update, { filter, arrayFilters, inserting: true });
    return [{ before: undefined, after: call.ensure().insert(made) }];
  }
  return found.map((before) => {
    const after = updated(before, update, { filter, arrayFilters });
    if (isSame(before, after)) return { before, after: before };
    call.collection?.replace(after);
    return { before, after };
  });
}

function insert(call: Call): Doc {
  const collection = call.ensure();
  let n = 0;
  const errors = writeEach(call, 'documents', (doc) => {
    collection.insert(doc);
    n += 1;
  });
  return { n, ...errors };
}

function update(call: Call): Doc {
  const changes: Change[] = [];
  const upserted: Doc[] = [];
  const errors = writeEach(call, 'updates', (statement, index) => {
    const made = change(call, statement);
    changes.push(...made);
    for (const { before, after } of made) if (before === undefined) upserted.push({ index, _id: after._id });
  });
  const nModified = changes.filter(({ before, after }) => before !== undefined && before !== after).length;
  return { n: changes.length, nModified, ...(upserted.length > 0 && { upserted }), ...errors };
}

function remove(call: Call): Doc {
  let n = 0;
  const errors = writeEach(call, 'deletes', ({ q, limit, collation }) => {
    for (const doc of selectDocs(call.collection, { filter: asDoc(q, 'q'), limit, collation })) {
      call.collection?.delete(doc);
      n += 1;
    }
  });
  return { n, ...errors };
}

function findAndModify(call: Call): Doc {
  const { query, update: u, fields, ...options } = call.command;
  const filter = asDoc(query ?? {}, 'query');
  const shown = (doc: Doc | undefined): Doc | null =>
    projectDocs(doc === undefined ? [] : [doc], filter, fields)[0] ?? null;
  if (options.remove === true) {
    const [doc] = selectDocs(call.collection, { filter, sort: options.sort, limit: 1, collation: options.collation });
    if (doc !== undefined) call.collection?.delete(doc);
    return { lastErrorObject: { n: doc === undefined ? 0 : 1 }, value: shown(doc) };
  }
  const [changed] = change(call, { ...options, q: filter, u, multi: false });
  const upserted = changed !== undefined && changed.before === undefined ? { upserted: changed.after._id } : {};
  return {
    lastErrorObject: { n: changed === undefined ? 0 : 1, updatedExisting: changed?.before !== undefined, ...upserted },
    value: shown(options.new === true ? changed?.after : changed?.before),
  };
}

function find(call: Call): Doc {
  const { command, collection, namespace } = call;
  const filter = asDoc(command.filter ?? {}, 'filter');
  const docs = projectDocs(selectDocs(collection, { ...command, filter }), filter, command.projection);
  const single = command.singleBatch === true || Number(command.limit ?? 0) < 0;
  return call.engine.cursors.start(namespace, call.userId, docs, command.batchSize, single);
}

function aggregate(call: Call): Doc {
  const docs = aggregateDocs(call.store, call.db, call.collection, call.command);
  const { batchSize } = asDoc(call.command.cursor ?? {}, 'cursor');
  return call.engine.cursors.start(call.namespace, call.userId, docs, batchSize);
}

const selectByQuery = ({ command, collection }: Call): Doc[] =>
  selectDocs(collection, { ...command, filter: asDoc(command.query ?? {}, 'query') });

export const DATA_COMMANDS: CommandTable = {
  insert: { action: 'write', transactional: true, run: insert },
  update: { action: 'write', transactional: true, run: update },
  delete: { action: 'write', transactional: true, run: remove },
  findAndModify: { action: 'write', transactional: true, run: findAndModify },
  findandmodify: { action: 'write', transactional: true, run: findAndModify },
  find: { action: 'read', transactional: true, run: find },
  aggregate: { action: 'read', transactional: true, run: aggregate },
  count: { action: 'read', run: (call) => ({ n: selectByQuery(call).length }) },
  distinct: {
    action: 'read',
    transactional: true,
    run: (call) => ({ values: distinctValues(selectByQuery(call), asString(call.command.key, 'key')) }),
  },
  getMore: {
    action: 'authenticated',
    run: ({ engine, command, userId }) => engine.cursors.more(command.getMore, userId, command.batchSize),
  },
  killCursors: {
    action: 'authenticated',
    run: ({ engine, command, userId }) => engine.cursors.kill((command.cursors ?? []) as unknown[], userId),
  },
};
