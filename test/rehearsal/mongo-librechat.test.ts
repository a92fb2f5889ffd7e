import Module, { createRequire } from 'node:module';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../rehearsal/mongo/testing.ts';

/** Registers the models of LibreChat on a mongoose of their own. */
function librechatModels(): mongoose.Mongoose {
  const require = createRequire(import.meta.url);
  const loader = Module as unknown as { _resolveFilename: (name: string, ...rest: unknown[]) => string };
  const resolve = loader._resolveFilename;
  // The package asks for dotenv without declaring it, and no test should read somebody's .env.
  loader._resolveFilename = (name, ...rest) => resolve(name === 'dotenv/config' ? 'mingo/package.json' : name, ...rest);
  const { createModels } = require('@librechat/data-schemas') as {
    createModels: (instance: mongoose.Mongoose) => unknown;
  };
  loader._resolveFilename = resolve;
  const instance = new mongoose.Mongoose();
  instance.set('autoIndex', false).set('autoCreate', false);
  createModels(instance);
  return instance;
}

const librechat = librechatModels();
const models = Object.values(librechat.models);
const wanted = models.flatMap((model) => model.schema.indexes().map(([, options]) => options));

describe.each([
  ['mongodb', ''],
  ['documentdb', '&authMechanism=SCRAM-SHA-1&retryWrites=false'],
] as const)('in %s mode', (mode, query) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ mode });
    await librechat.connect(server.uri(query), { dbName: 'LibreChat', maxPoolSize: 4 });
  });

  afterAll(async () => {
    await librechat.disconnect();
    await server.close();
  });

  test('all indexes of LibreChat are created and listed, and may be created again', async () => {
    // One collection's indexes come one after the other, as DocumentDB wants them.
    await Promise.all(models.map((model) => model.createIndexes()));
    await librechat.models.Conversation!.createIndexes();
    const listed = (await Promise.all(models.map((model) => model.collection.indexes()))).flat();
    expect(listed).toHaveLength(wanted.length + models.length);
    for (const option of ['unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression']) {
      const counts = [listed, wanted].map((list: object[]) => list.filter((index) => option in index).length);
      expect([option, counts[0]]).toEqual([option, counts[1]]);
    }
  });

  test('users and conversations of LibreChat are saved and found', async () => {
    const { User, Conversation } = librechat.models as Record<string, mongoose.Model<Record<string, unknown>>>;
    const user = await User!.create({ name: 'A', email: 'A@example.com', provider: 'local' });
    await expect(User!.create({ name: 'B', email: 'a@example.com', provider: 'local' })).rejects.toMatchObject({
      code: 11000,
    });
    const change = { $set: { title: 'T', endpoint: 'openAI' }, $unset: { expiredAt: '' } };
    const filter = { conversationId: 'c', user: String(user._id) };
    const options = { new: true, upsert: true };
    for (let round = 0; round < 2; round += 1) await Conversation!.findOneAndUpdate(filter, change, options);
    expect(await Conversation!.find({ user: filter.user, title: /^t$/i }).lean()).toMatchObject([
      { ...filter, title: 'T' },
    ]);
  });

  test('mongoose models save, validate their version and populate', async () => {
    const connection = await mongoose.createConnection(server.uri(query), { dbName: 'models' }).asPromise();
    const Owner = connection.model('Owner', new mongoose.Schema({ name: String }).index({ name: 1 }, { unique: true }));
    const schema = new mongoose.Schema(
      { tags: [String], owner: { type: mongoose.Schema.Types.ObjectId, ref: 'Owner' } },
      { timestamps: true },
    );
    const Item = connection.model('Item', schema);
    await Promise.all([Owner.init(), Item.init()]);
    const owner = await Owner.create({ name: 'a' });
    await expect(Owner.create({ name: 'a' })).rejects.toMatchObject({ code: 11000 });
    const item = await Item.create({ owner, tags: ['x', 'y'] });
    const stale = await Item.findById(item._id).orFail();
    item.set('tags.0', 'z');
    await item.save();
    await Item.updateOne({ _id: item._id }, { $pull: { tags: 'z' }, $inc: { __v: 1 } });
    stale.set('tags.1', 'q');
    await expect(stale.save()).rejects.toThrow('No matching document');
    expect((await Item.findOne().populate<{ owner: { name: string } }>('owner').orFail()).owner.name).toBe('a');
    const upserted = await Owner.findOneAndUpdate(
      { name: 'b' },
      { $setOnInsert: {} },
      { upsert: true, new: true },
    ).orFail();
    expect(upserted.name).toBe('b');
    await connection.close();
  });
});
