import { MongoClient, type Collection, type Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../rehearsal/mongo/testing.ts';

const SUPPORTED = '&authMechanism=SCRAM-SHA-1&retryWrites=false';

let server: TestServer;
let client: MongoClient;
let db: Db;
let items: Collection;

beforeAll(async () => {
  server = await startTestServer({ mode: 'documentdb', indexBuildMs: 100 });
  client = await new MongoClient(server.uri(SUPPORTED)).connect();
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

test.each([
  ['that a driver takes by itself', ''],
  ['when it is asked for', '&authMechanism=SCRAM-SHA-256'],
])('refuses the mechanism %s', async (_name, mechanism) => {
  const refused = new MongoClient(server.uri(`&retryWrites=false${mechanism}`));
  await expect(refused.connect()).rejects.toThrow('Unsupported mechanism [ -301 ]');
});

test('writes that may be retried are refused, and reads are not', async () => {
  const retrying = await new MongoClient(server.uri('&authMechanism=SCRAM-SHA-1')).connect();
  const refusal = { code: 301, message: 'Retryable writes are not supported' };
  await expect(retrying.db('app').collection('items').insertOne({})).rejects.toMatchObject(refusal);
  expect(await retrying.db('app').collection('items').countDocuments()).toBe(0);
  await retrying.close();
});

test.each<[string, () => Promise<unknown>, number, string]>([
  [
    '$facet',
    () => items.aggregate([{ $facet: { a: [] } }]).toArray(),
    304,
    "Aggregation stage not supported: '$facet'",
  ],
  [
    '$unionWith',
    () => items.aggregate([{ $unionWith: 'other' }]).toArray(),
    304,
    "Aggregation stage not supported: '$unionWith'",
  ],
  [
    '$lookup with a pipeline',
    () => items.aggregate([{ $lookup: { from: 'a', let: {}, pipeline: [], as: 'b' } }]).toArray(),
    304,
    "Aggregation stage not supported: '$lookup on multiple join conditions and uncorrelated subquery.'",
  ],
  [
    '$$REMOVE',
    () => items.aggregate([{ $project: { a: { $ifNull: ['$b', '$$REMOVE'] } } }]).toArray(),
    303,
    'Feature not supported: $$REMOVE',
  ],
  [
    'update pipelines',
    () => items.updateOne({}, [{ $set: { a: 1 } }]),
    303,
    'Failed to parse update: field must be of BSON type object',
  ],
  [
    'findAndModify pipelines',
    () => items.findOneAndUpdate({}, [{ $set: { a: 1 } }]),
    303,
    'Failed to parse update: field must be of BSON type object',
  ],
  [
    'collation',
    () => items.find({}, { collation: { locale: 'en' } }).toArray(),
    303,
    'option collation is currently not supported.',
  ],
  ['hashed indexes', () => items.createIndex({ a: 'hashed' }), 303, 'Index type not supported : hashed'],
  ['2d indexes', () => items.createIndex({ a: '2d' }), 303, 'Index type not supported : 2d'],
  ['wildcard indexes', () => items.createIndex({ 'a.$**': 1 }), 303, 'Feature not supported: wildcard indexes'],
  [
    'index collation',
    () => items.createIndex({ a: 1 }, { collation: { locale: 'en' } }),
    303,
    'Feature not supported: collation',
  ],
  ['hidden indexes', () => items.createIndex({ a: 1 }, { hidden: true }), 303, 'Feature not supported: hidden'],
])('refuses %s', async (_name, attempt, code, message) => {
  await expect(attempt()).rejects.toMatchObject({ code, message });
});

test('a second index build on one collection is refused while the first runs, and other collections are free', async () => {
  const replica = await new MongoClient(server.uri(SUPPORTED)).connect();
  // A connection that has yet to be made would come too late to collide.
  await replica.db('app').command({ ping: 1 });
  const builds = [items.createIndex({ a: 1 }), replica.db('app').collection('items').createIndex({ b: 1 })];
  const outcomes = await Promise.allSettled([...builds, db.collection('others').createIndex({ b: 1 })]);
  await replica.close();
  expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
    {
      reason: {
        code: 40333,
        message: expect.stringMatching(/^Existing index build in progress on the same collection\./) as string,
      },
    },
  ]);
  expect(outcomes[2]).toEqual({ status: 'fulfilled', value: 'b_1' });
  await items.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }]);
  expect(await items.indexes()).toHaveLength(3);
});

test('there is one index for each key pattern, whatever its options', async () => {
  await items.createIndex({ a: 1 });
  await expect(items.createIndex({ a: 1 }, { name: 'x', partialFilterExpression: { b: 1 } })).rejects.toMatchObject({
    code: 85,
  });
  await expect(
    items.createIndex({ c: 1 }, { partialFilterExpression: { a: { $type: 'string' } } }),
  ).rejects.toMatchObject({ code: 67 });
});

test('a duplicate names its index and no keys', async () => {
  await items.createIndex({ a: 1 }, { unique: true, name: 'only' });
  await items.insertOne({ a: 1 });
  const refusal = await items.insertOne({ a: 1 }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 11000,
    message: 'E11000 duplicate key error collection: app.items index: only',
  });
  expect(refusal).not.toHaveProperty('keyPattern');
});

test('a transaction works on collections that exist and is refused on others', async () => {
  await db.createCollection('items');
  await client.withSession(async (session) => {
    await session.withTransaction(() => items.insertOne({ n: 1 }, { session }));
    session.startTransaction();
    const refusal = { code: 303, message: 'Feature not supported: non-existent collection in transaction' };
    await expect(db.collection('missing').findOne({}, { session })).rejects.toMatchObject(refusal);
    await session.abortTransaction();
  });
  expect(await items.countDocuments()).toBe(1);
});
