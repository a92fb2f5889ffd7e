import { setTimeout as delay } from 'node:timers/promises';
import { Query } from 'mingo';
import { MECHANISMS, type User } from './access.ts';
import { refuseIndexForDocumentDb } from './dialect.ts';
import type { Call, CommandTable } from './engine.ts';
import { mustBuild, normalizeIndex, type IndexSpec } from './indexes.ts';
import type { Collection } from './store.ts';
import { asDoc, asDocs, asString, CommandError, isDoc, keyOf, type Doc } from './values.ts';

function create(call: Call): Doc {
  if (call.collection !== undefined) throw new CommandError(48, `Collection already exists. NS: ${call.namespace}`);
  const { capped, size, max, validator, timeseries } = call.command;
  const given = Object.entries({ capped, size, max, validator, timeseries }).filter(([, value]) => value !== undefined);
  call.ensure(Object.fromEntries(given));
  return {};
}

async function createIndexes(call: Call): Promise<Doc> {
  const { mode, indexBuildMs } = call.engine;
  const specs = asDocs(call.command.indexes, 'indexes').map((raw) => normalizeIndex(raw, mode));
  if (mode === 'documentdb') specs.forEach(refuseIndexForDocumentDb);
  const createdCollectionAutomatically = call.collection === undefined;
  const collection = call.ensure();
  const wanted: IndexSpec[] = [];
  for (const spec of specs) if (mustBuild(spec, [...collection.specs, ...wanted], mode)) wanted.push(spec);
  const numIndexesBefore = collection.indexes.size;
  if (wanted.length > 0) {
    if (collection.building) {
      const text = 'Existing index build in progress on the same collection.';
      throw new CommandError(40333, `${text} Collection is limited to a single index build at a time.`);
    }
    // Only DocumentDB minds a second build, so only there has a build to last.
    collection.building = mode === 'documentdb';
    try {
      if (collection.building) await delay(indexBuildMs);
      collection.build(wanted);
    } finally {
      collection.building = false;
    }
  }
  const note = wanted.length === 0 ? { note: 'all indexes already exist' } : {};
  return { numIndexesBefore, numIndexesAfter: collection.indexes.size, createdCollectionAutomatically, ...note };
}

function existing({ collection, namespace }: Call): Collection {
  if (collection === undefined) throw new CommandError(26, `ns does not exist: ${namespace}`);
  return collection;
}

function dropIndexes(call: Call): Doc {
  const collection = existing(call);
  const nIndexesWas = collection.indexes.size;
  const { index } = call.command;
  const all = collection.specs.map(({ name }) => name).filter((name) => name !== '_id_');
  const named = isDoc(index)
    ? collection.specs.filter(({ key }) => keyOf(key) === keyOf(index)).map(({ name }) => name)
    : index;
  const names = index === '*' ? all : Array.isArray(named) && named.length > 0 ? named.map(String) : [String(named)];
  for (const name of names) {
    if (name === '_id_') throw new CommandError(72, 'cannot drop _id index');
    if (!collection.indexes.has(name)) throw new CommandError(27, `index not found with name [${name}]`);
  }
  for (const name of names) collection.indexes.delete(name);
  return { nIndexesWas };
}

function listIndexes(call: Call): Doc {
  const { batchSize } = asDoc(call.command.cursor ?? {}, 'cursor');
  return call.engine.cursors.start(call.namespace, call.userId, existing(call).specs, batchSize);
}

function listCollections(call: Call): Doc {
  const { command, db, engine, store, userId } = call;
  const filter = new Query(asDoc(command.filter ?? {}, 'filter'));
  const docs = store
    .list(db)
    .map(({ name, options }): Doc => ({ name, type: 'collection', options, info: { readOnly: false } }));
  const shown = docs.filter((doc) => filter.test(doc));
  const { batchSize } = asDoc(command.cursor ?? {}, 'cursor');
  return engine.cursors.start(`${db}.$cmd.listCollections`, userId, shown, batchSize);
}

function listDatabases({ command, engine, store, userId }: Call): Doc {
  const filter = new Query(asDoc(command.filter ?? {}, 'filter'));
  const names = [...new Set(store.list().map(({ database }) => database))].filter((name) =>
    engine.users.mayDo(userId, 'read', name),
  );
  const databases = names
    .map((name): Doc => ({ name, sizeOnDisk: 1, empty: false }))
    .filter((database) => filter.test(database));
  return { databases, totalSize: databases.length, totalSizeMb: 0 };
}

function drop(call: Call): Doc {
  const { collection, engine, namespace, store } = call;
  if (collection === undefined) {
    if (engine.mode === 'documentdb') throw new CommandError(26, 'ns not found');
    return {};
  }
  store.drop(collection);
  return { ns: namespace, nIndexesWas: collection.indexes.size };
}

function dropDatabase({ db, store }: Call): Doc {
  for (const collection of store.list(db)) store.drop(collection);
  return { dropped: db };
}

function createUser({ engine, command, db }: Call): Doc {
  engine.users.create(db, asString(command.createUser, 'createUser'), command.pwd, command.roles);
  return {};
}

function updateUser({ engine, command, db }: Call): Doc {
  engine.users.update(db, asString(command.updateUser, 'updateUser'), command.pwd, command.roles);
  return {};
}

function dropUser({ engine, command, db }: Call): Doc {
  engine.users.drop(db, asString(command.dropUser, 'dropUser'));
  return {};
}

const userDoc = ({ name, db, roles }: User): Doc => ({
  _id: `${db}.${name}`,
  user: name,
  db,
  roles,
  mechanisms: MECHANISMS,
});

function usersInfo({ command, db, engine }: Call): Doc {
  const { usersInfo: wanted } = command;
  const ids = (Array.isArray(wanted) ? (wanted as unknown[]) : [wanted]).map((item) =>
    isDoc(item) ? `${String(item.db)}.${String(item.user)}` : `${db}.${String(item)}`,
  );
  const isAll = wanted === 1 || (isDoc(wanted) && wanted.forAllDBs === true);
  const users = engine.users
    .list()
    .filter((user) => (isAll ? isDoc(wanted) || user.db === db : ids.includes(`${user.db}.${user.name}`)));
  return { users: users.map(userDoc) };
}

export const ADMIN_COMMANDS: CommandTable = {
  create: { action: 'schema', transactional: true, run: create },
  createIndexes: { action: 'schema', run: createIndexes },
  dropIndexes: { action: 'schema', run: dropIndexes },
  listIndexes: { action: 'read', run: listIndexes },
  listCollections: { action: 'read', run: listCollections },
  listDatabases: { action: 'authenticated', run: listDatabases },
  drop: { action: 'schema', run: drop },
  dropDatabase: { action: 'manage', run: dropDatabase },
  createUser: { action: 'users', run: createUser },
  updateUser: { action: 'users', run: updateUser },
  dropUser: { action: 'users', run: dropUser },
  usersInfo: { action: 'users', run: usersInfo },
  endSessions: { action: 'authenticated', run: ({ engine, command }) => engine.endSessions(command) },
  commitTransaction: { action: 'authenticated', run: ({ engine, command }) => engine.commit(command) },
  abortTransaction: { action: 'authenticated', run: ({ engine, command }) => engine.abort(command) },
};
