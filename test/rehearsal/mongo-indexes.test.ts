import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Collection, type Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../rehearsal/mongo/testing.ts';

let server: TestServer;
let client: MongoClient;
let db: Db;
let items: Collection;

beforeAll(async () => {
  server = await startTestServer({ mode: 'mongodb', ttlIntervalMs: 20 });
  client = await new MongoClient(server.uri()).connect();
  db = client.db('app');
  items = db.collection('items');
});

beforeEach(async () => {
  await db.dropDatabase();
});

afterAll(async () => {
  await client.close();
  await server.close();
});

const duplicate = { code: 11000 };

describe('a unique index', () => {
  test('refuses a second document with its value, by insert, update and upsert', async () => {
    await items.createIndex({ a: 1, 'b.c': 1 }, { unique: true });
    await items.insertMany([{ a: 1, b: { c: 1 } }, { a: 1, b: { c: 2 } }, { a: 1 }]);
    await expect(items.insertOne({ a: 1, b: { c: 1 } })).rejects.toMatchObject({
      ...duplicate,
      keyPattern: { a: 1, 'b.c': 1 },
      keyValue: { a: 1, 'b.c': 1 },
      message: 'E11000 duplicate key error collection: app.items index: a_1_b.c_1 dup key: { a: 1, b.c: 1 }',
    });
    await expect(items.insertOne({ a: 1, b: null })).rejects.toMatchObject(duplicate);
    await expect(items.updateOne({ 'b.c': 2 }, { $set: { 'b.c': 1 } })).rejects.toMatchObject(duplicate);
    await expect(items.updateOne({ a: 2 }, { $set: { a: 1 } }, { upsert: true })).rejects.toMatchObject(duplicate);
    await items.updateOne({ 'b.c': 1 }, { $set: { 'b.c': 9 } });
    await items.insertOne({ a: 1, b: { c: 1 } });
    await items.deleteOne({ 'b.c': 2 });
    await items.insertOne({ a: 1, b: { c: 2 } });
  });

  test('looks at each element of an array', async () => {
    await items.createIndex({ 'tags.k': 1 }, { unique: true });
    await items.insertOne({ tags: [{ k: 'a' }, { k: 'b' }, { k: 'a' }] });
    await expect(items.insertOne({ tags: [{ k: 'c' }, { k: 'b' }] })).rejects.toMatchObject(duplicate);
  });

  test('does not mind what a sparse or partial one leaves out', async () => {
    await items.createIndex({ s: 1 }, { unique: true, sparse: true });
    await items.createIndex({ p: 1 }, { unique: true, partialFilterExpression: { on: true } });
    await items.insertMany([{ p: 1 }, { p: 1 }, { p: 1, on: true }, { s: null, p: 2 }]);
    await expect(items.insertOne({ s: null })).rejects.toMatchObject(duplicate);
    await expect(items.updateMany({ p: 1 }, { $set: { on: true } })).rejects.toMatchObject(duplicate);
  });

  test('is not built over duplicates', async () => {
    await items.insertMany([{ a: 1 }, { a: 1 }]);
    await expect(items.createIndexes([{ key: { b: 1 } }, { key: { a: 1 }, unique: true }])).rejects.toMatchObject(
      duplicate,
    );
    expect(await items.indexes()).toHaveLength(1);
  });

  test('checks thousands of inserts without comparing each with each', async () => {
    await items.createIndex({ a: 1 }, { unique: true });
    const started = performance.now();
    await items.insertMany(Array.from({ length: 5_000 }, (_, a) => ({ a })));
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(items.insertOne({ a: 2_500 })).rejects.toMatchObject(duplicate);
  });

  test('holds across transactions', async () => {
    await items.createIndex({ a: 1 }, { unique: true });
    await items.insertMany([{ a: 1 }, { a: 2 }]);
    await client.withSession(async (session) => {
      session.startTransaction();
      for (const [from, to] of [
        [1, 0],
        [2, 1],
        [0, 2],
      ]) {
        await items.updateOne({ a: from }, { $set: { a: to } }, { session });
      }
      await session.commitTransaction();
      session.startTransaction();
      await items.insertOne({ a: 7 }, { session });
      await items.insertOne({ a: 7 });
      await expect(session.commitTransaction()).rejects.toMatchObject({ code: 112 });
    });
    expect(await items.distinct('a')).toEqual([2, 1, 7]);
  });
});

describe('definitions of indexes', () => {
  test('are listed as they were given', async () => {
    const partialFilterExpression = { on: { $exists: true } };
    await items.createIndex({ a: 1, b: -1 }, { unique: true, partialFilterExpression, background: true });
    await items.createIndex({ t: 1 }, { expireAfterSeconds: 60, name: 'ttl' });
    await items.createIndex({ h: 'hashed' });
    expect(await items.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { a: 1, b: -1 }, name: 'a_1_b_-1', unique: true, partialFilterExpression, background: true },
      { v: 2, key: { t: 1 }, name: 'ttl', expireAfterSeconds: 60 },
      { v: 2, key: { h: 'hashed' }, name: 'h_hashed' },
    ]);
    await items.dropIndex('ttl');
    await items.dropIndexes();
    expect(await items.indexes()).toHaveLength(1);
    await expect(items.dropIndex('ttl')).rejects.toMatchObject({ code: 27 });
  });

  test('may come twice, but not with other options, keys or names', async () => {
    await items.createIndex({ a: 1 }, { expireAfterSeconds: 1 });
    await items.createIndex({ a: 1 }, { expireAfterSeconds: 1, background: true });
    await expect(items.createIndex({ a: 1 }, { expireAfterSeconds: 2 })).rejects.toMatchObject({ code: 85 });
    await expect(items.createIndex({ a: 1 }, { name: 'other', expireAfterSeconds: 1 })).rejects.toMatchObject({
      code: 85,
    });
    await expect(items.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 86 });
    await expect(items.createIndex({ b: 1 }, { name: 'a_1' })).rejects.toMatchObject({ code: 86 });
    await items.createIndex({ a: 1 }, { name: 'partial', partialFilterExpression: { b: 1 } });
  });

  test('are refused when no server could build them', async () => {
    for (const options of [
      { partialFilterExpression: { a: { $exists: false } } },
      { partialFilterExpression: { a: { $ne: 1 } } },
    ]) {
      await expect(items.createIndex({ a: 1 }, options)).rejects.toMatchObject({ code: 67 });
    }
    await expect(items.createIndex({ a: 1, b: 1 }, { expireAfterSeconds: 1 })).rejects.toMatchObject({ code: 67 });
    const both = { sparse: true, partialFilterExpression: { a: 1 } };
    await expect(items.createIndex({ a: 1 }, both)).rejects.toMatchObject({ code: 67 });
  });
});

test('a TTL index deletes documents whose date has passed, if its filter covers them', async () => {
  await items.createIndex({ at: 1 }, { expireAfterSeconds: 10, partialFilterExpression: { kind: 'temporary' } });
  const past = new Date(Date.now() - 11_000);
  await items.insertMany([
    { n: 1, at: past, kind: 'temporary' },
    { n: 2, at: past, kind: 'kept' },
    { n: 3, at: new Date(), kind: 'temporary' },
    { n: 4, at: 'yesterday', kind: 'temporary' },
  ]);
  await delay(60);
  expect(await items.distinct('n')).toEqual([2, 3, 4]);
});

test('collections and databases are listed and dropped', async () => {
  await db.createCollection('made');
  await expect(db.createCollection('made')).rejects.toMatchObject({ code: 48 });
  expect((await db.listCollections({ name: 'made' }).toArray()).map(({ name, type }) => [name, type])).toEqual([
    ['made', 'collection'],
  ]);
  await db.collection('made').drop();
  expect(await db.listCollections().toArray()).toEqual([]);
  await expect(db.collection('made').indexes()).rejects.toMatchObject({ code: 26 });
});
