import { Binary, MongoClient, ObjectId, type Collection, type Db, type MongoServerError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../rehearsal/mongo/testing.ts';

let server: TestServer;
let client: MongoClient;
let db: Db;
let items: Collection;

beforeAll(async () => {
  server = await startTestServer({ mode: 'mongodb' });
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

describe('documents', () => {
  test('come back with their types and in batches', async () => {
    const date = new Date(1234567890123);
    const given = {
      _id: new ObjectId(),
      n: 2 ** 40,
      f: 0.5,
      s: 'ü',
      d: date,
      b: true,
      z: null,
      a: [1, { x: 'y' }],
      r: /x/i,
    };
    await items.insertOne(given);
    expect(await items.findOne({ _id: given._id })).toEqual(given);
    await items.insertMany(Array.from({ length: 250 }, (_, i) => ({ i })));
    const found = await items
      .find({ i: { $gte: 0 } }, { batchSize: 40 })
      .sort({ i: -1 })
      .skip(1)
      .limit(200)
      .toArray();
    expect(found.map(({ i }) => i)).toEqual(Array.from({ length: 200 }, (_, i) => 248 - i));
    const cursor = items.find({}, { batchSize: 2 });
    await cursor.next();
    await cursor.close();
    expect(await items.estimatedDocumentCount()).toBe(251);
    expect(await items.distinct('a.x')).toEqual(['y']);
  });

  test('fill a batch by size before they fill a message', async () => {
    await items.insertMany([1, 2].map(() => ({ bytes: new Binary(Buffer.alloc(9 * 2 ** 20)) })));
    const { cursor } = await db.command({ find: 'items' });
    expect(cursor.firstBatch).toHaveLength(1);
  });

  test('are stored in order until one fails, or all the others when unordered', async () => {
    const docs = [{ _id: 1 }, { _id: 1 }, { _id: 2 }] as object[];
    await expect(items.insertMany(docs)).rejects.toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    await expect(items.insertMany(docs, { ordered: false })).rejects.toMatchObject({ result: { insertedCount: 1 } });
    expect(await items.countDocuments()).toBe(2);
    await items.insertOne({ unacknowledged: true }, { writeConcern: { w: 0 } });
    expect(await items.deleteMany({ _id: { $in: [1, 2] as never[] } })).toMatchObject({ deletedCount: 2 });
  });

  test('are projected without harm to what is stored', async () => {
    await items.insertOne({ user: { name: 'a', secret: 'b' }, list: [{ k: 1 }, { k: 2 }] });
    expect(await items.findOne({}, { projection: { _id: 0, 'user.secret': 0, list: 0 } })).toEqual({
      user: { name: 'a' },
    });
    expect(await items.findOne({}, { projection: { _id: 0, 'user.secret': 1 } })).toEqual({ user: { secret: 'b' } });
    const projection = { _id: 0, list: { $elemMatch: { k: 2 } } };
    expect(await items.findOne({}, { projection })).toEqual({ list: [{ k: 2 }] });
    expect(await items.findOne()).toMatchObject({ user: { secret: 'b' } });
  });

  test('are joined, grouped and faceted', async () => {
    await db.collection('owners').insertMany([{ name: 'a' }, { name: 'b' }]);
    await items.insertMany([
      { owner: 'a', n: 1 },
      { owner: 'a', n: 2 },
      { owner: 'b', n: 4 },
    ]);
    const joined = await db
      .collection('owners')
      .aggregate([
        { $match: { name: 'a' } },
        { $lookup: { from: 'items', localField: 'name', foreignField: 'owner', as: 'items' } },
        { $project: { _id: 0, total: { $sum: '$items.n' } } },
      ])
      .toArray();
    expect(joined).toEqual([{ total: 3 }]);
    const grouped = [{ $group: { _id: '$owner', n: { $sum: '$n' } } }, { $sort: { n: -1 } }];
    expect(await items.aggregate(grouped).toArray()).toEqual([
      { _id: 'b', n: 4 },
      { _id: 'a', n: 3 },
    ]);
    const [facets] = await items.aggregate([{ $facet: { top: [{ $match: { n: 4 } }, { $count: 'n' }] } }]).toArray();
    expect(facets).toEqual({ top: [{ n: 1 }] });
    await expect(items.aggregate([{ $out: 'copy' }]).toArray()).rejects.toMatchObject({ code: 40324 });
    await expect(items.find({ $nonsense: 1 }).toArray()).rejects.toMatchObject({ code: 2 });
  });
});

describe('an update', () => {
  test.each<[string, object, object, object]>([
    [
      'sets, unsets and counts',
      { a: 1, b: { c: 1 } },
      { $set: { 'b.d': 2 }, $unset: { a: '' }, $inc: { n: 2 } },
      { b: { c: 1, d: 2 }, n: 2 },
    ],
    ['replaces', { a: 1 }, { b: 2 }, { b: 2 }],
    [
      'pushes onto a missing array with $each, $sort and $slice',
      {},
      { $push: { a: { $each: [3, 1, 2], $sort: 1, $slice: -2 } } },
      { a: [2, 3] },
    ],
    ['pushes onto an array with $slice', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }],
    ['adds each value to a missing set once', {}, { $addToSet: { a: { $each: [1, 1] } } }, { a: [1] }],
    ['pulls by condition', { a: [{ k: 1 }, { k: 2 }] }, { $pull: { a: { k: { $gt: 1 } } } }, { a: [{ k: 1 }] }],
    [
      'changes the element that matched',
      { list: [{ k: 1 }, { k: 2 }] },
      { $set: { 'list.$.v': 'x' } },
      { list: [{ k: 1 }, { k: 2, v: 'x' }] },
    ],
    ['changes the elements of a filter', { g: [1, 5, 9] }, { $set: { 'g.$[big]': 0 } }, { g: [1, 0, 0] }],
    [
      'keeps the smaller and the larger',
      { lo: 5, hi: 5 },
      { $min: { lo: 3, new: 1 }, $max: { hi: 4 } },
      { lo: 3, hi: 5, new: 1 },
    ],
    ['runs a pipeline', { a: 2 }, [{ $set: { b: { $multiply: ['$a', 3] } } }], { a: 2, b: 6 }],
  ])('%s', async (_name, before, update, after) => {
    await items.insertOne({ ...before });
    const filter = 'list' in before ? { $and: [{ 'list.k': 2 }] } : {};
    const arrayFilters = JSON.stringify(update).includes('$[big]') ? [{ big: { $gte: 5 } }] : undefined;
    const options = { returnDocument: 'after', projection: { _id: 0 }, ...(arrayFilters && { arrayFilters }) } as const;
    const isReplacement = !Array.isArray(update) && !Object.keys(update)[0]!.startsWith('$');
    const found = isReplacement
      ? await items.findOneAndReplace(filter, update, options)
      : await items.findOneAndUpdate(filter, update, options);
    expect(found).toEqual(after);
  });

  test('returns the projected document even if it no longer matches', async () => {
    await items.insertOne({ state: 'new', n: 1 });
    const options = { returnDocument: 'after', projection: { _id: 0, state: 1 } } as const;
    expect(await items.findOneAndUpdate({ state: 'new' }, { $set: { state: 'done' } }, options)).toEqual({
      state: 'done',
    });
    expect(await items.findOneAndDelete({ n: 1 }, { projection: { _id: 0, n: 1 } })).toEqual({ n: 1 });
  });

  test('inserts what the filter says when nothing matches', async () => {
    const change = { $set: { b: 2 }, $setOnInsert: { c: 3 }, $push: { log: 'made' } };
    const made = await items.updateOne({ a: 1, $and: [{ 'd.e': { $eq: 4 } }] }, change as object, { upsert: true });
    expect(made).toMatchObject({ matchedCount: 0, upsertedCount: 1 });
    expect(await items.findOne()).toMatchObject({ a: 1, b: 2, c: 3, d: { e: 4 }, log: ['made'] });
    expect(await items.updateOne({ a: 1 }, { $set: { b: 2 } }, { upsert: true })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    });
  });

  test.each<[number, string, object]>([
    [28, 'a path through a scalar', { $set: { 's.x': 1 } }],
    [28, 'a path through null', { $set: { 'z.x': 1 } }],
    [40, 'two changes of one path', { $set: { s: 1 }, $unset: { 's.x': 1 } }],
    [66, 'another _id', { $set: { _id: 7 } }],
    [2, 'a push onto a string', { $push: { s: 1 } }],
    [14, 'counting a string', { $inc: { s: 1 } }],
  ])('is refused with code %d: %s', async (code, _name, update) => {
    await items.insertOne({ s: 'text', z: null });
    await expect(items.updateOne({}, update)).rejects.toMatchObject({ code });
    expect(await items.findOne()).toMatchObject({ s: 'text', z: null });
  });
});

describe('transactions', () => {
  test('see a snapshot and their own writes, and show them to others at the commit', async () => {
    await items.insertOne({ n: 1 });
    await client.withSession(async (session) => {
      session.startTransaction();
      expect(await items.countDocuments({}, { session })).toBe(1);
      await items.insertOne({ n: 2 }, { session });
      await items.insertOne({ n: 3 });
      expect(await items.countDocuments({}, { session })).toBe(2);
      expect(await items.countDocuments()).toBe(2);
      await session.commitTransaction();
    });
    expect(await items.distinct('n')).toEqual([1, 3, 2]);
  });

  test('leave nothing behind when aborted or in conflict', async () => {
    await items.insertOne({ n: 1 });
    await client.withSession(async (session) => {
      session.startTransaction();
      await items.updateOne({}, { $inc: { n: 1 } }, { session });
      await db.collection('made').insertOne({}, { session });
      await session.abortTransaction();
      session.startTransaction();
      await items.updateOne({}, { $inc: { n: 1 } }, { session });
      await items.updateOne({}, { $set: { n: 10 } });
      await expect(session.commitTransaction()).rejects.toSatisfy(
        (error: MongoServerError) => error.code === 112 && error.hasErrorLabel('TransientTransactionError'),
      );
    });
    expect(await items.distinct('n')).toEqual([10]);
    expect(await db.collection('made').countDocuments()).toBe(0);
  });
});
