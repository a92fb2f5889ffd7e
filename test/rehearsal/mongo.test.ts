import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectPlain } from 'node:net';
import { MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  MASTER,
  MASTER_PASSWORD,
  makeCertificates,
  startTestServer,
  type TestServer,
} from '../../rehearsal/mongo/testing.ts';

let server: TestServer;
let master: MongoClient;

const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await promise.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return error instanceof MongoServerError ? error.code : error;
};

const withClient = async <T>(uri: string, use: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(uri);
  try {
    return await use(await client.connect());
  } finally {
    await client.close();
  }
};

beforeAll(async () => {
  server = await startTestServer({ mode: 'mongodb' });
  master = await new MongoClient(server.uri()).connect();
});

afterAll(async () => {
  await master.close();
  await server.close();
});

describe('logging in', () => {
  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'])('works with %s, through a name or an address', async (mechanism) => {
    for (const host of ['localhost', '127.0.0.1']) {
      const uri = server.uri(`&authMechanism=${mechanism}`, MASTER, MASTER_PASSWORD, host);
      const { me } = await withClient(uri, (client) => client.db('admin').command({ hello: 1 }));
      expect(me).toBe(`${host}:${new URL(uri).port}`);
    }
  });

  test('fails with a wrong password and with an unknown user', async () => {
    for (const uri of [server.uri('', MASTER, 'wrong'), server.uri('', 'nobody', MASTER_PASSWORD)]) {
      expect(await codeOf(withClient(uri, () => Promise.resolve()))).toBe(18);
    }
  });

  test('is required for everything but the handshake', async () => {
    const uri = server
      .uri()
      .replace(/\/\/.*@/, '//')
      .replace('authSource=admin&', '');
    await withClient(uri, async (client) => {
      expect(await codeOf(client.db('app').command({ ping: 1 }))).toBe(13);
      expect(await codeOf(client.db('app').collection('items').findOne())).toBe(13);
    });
  });

  test('needs TLS', async () => {
    const socket = connectPlain(Number(new URL(server.uri()).port), '127.0.0.1');
    socket.end(Buffer.from('3a0000000100000000000000d40700000000000061646d696e2e24636d640000000000ffffffff', 'hex'));
    const answered: Buffer[] = [];
    socket.on('data', (data: Buffer) => answered.push(data)).on('error', () => undefined);
    await once(socket, 'close');
    expect(Buffer.concat(answered).includes('ismaster')).toBe(false);
  });
});

describe('users', () => {
  const uriOf = (name: string, password: string): string => server.uri('', name, password);
  const login = (name: string, password: string): Promise<unknown> =>
    codeOf(withClient(uriOf(name, password), () => Promise.resolve()));

  test('with readWrite use their database and nothing else', async () => {
    await master.db('admin').command({ createUser: 'app', pwd: 'first', roles: [{ role: 'readWrite', db: 'app' }] });
    await withClient(uriOf('app', 'first'), async (client) => {
      const own = client.db('app').collection<{ _id: number }>('items');
      await own.insertOne({ _id: 1 });
      await own.createIndex({ a: 1 });
      expect(await own.countDocuments()).toBe(1);
      const { databases } = await client.db('app').admin().listDatabases();
      expect(databases.map(({ name }) => name)).toEqual(['app']);
      const { cursor } = await master.db('app').command({ find: 'items', batchSize: 0 });
      expect(await codeOf(client.db('app').command({ getMore: cursor.id, collection: 'items' }))).toBe(43);
      const foreign = client.db('other').collection('items');
      expect(await codeOf(foreign.findOne())).toBe(13);
      expect(await codeOf(foreign.insertOne({}))).toBe(13);
      expect(await codeOf(foreign.createIndex({ a: 1 }))).toBe(13);
      expect(await codeOf(client.db('app').dropDatabase())).toBe(13);
      for (const name of ['app', 'admin']) {
        expect(await codeOf(client.db(name).command({ createUser: 'x', pwd: 'x', roles: [] }))).toBe(13);
      }
      expect(await codeOf(client.db('admin').command({ updateUser: MASTER, pwd: 'mine' }))).toBe(13);
      await master.db('admin').command({ dropUser: 'app' });
      expect(await codeOf(own.findOne())).toBe(13);
    });
  });

  test('get new passwords from the master, who may change its own', async () => {
    const admin = master.db('admin');
    await admin.command({ createUser: 'rotated', pwd: 'old', roles: ['root'] });
    expect(await login('rotated', 'old')).toBe('no error');
    await admin.command({ updateUser: 'rotated', pwd: 'new' });
    expect(await login('rotated', 'old')).toBe(18);
    expect(await login('rotated', 'new')).toBe('no error');
    await admin.command({ updateUser: MASTER, pwd: 'changed' });
    expect(await login(MASTER, MASTER_PASSWORD)).toBe(18);
    await admin.command({ updateUser: MASTER, pwd: MASTER_PASSWORD });
    expect(await login(MASTER, MASTER_PASSWORD)).toBe('no error');
    const { users } = await admin.command({ usersInfo: 'rotated' });
    expect(users).toMatchObject([{ user: 'rotated', db: 'admin', roles: [{ role: 'root', db: 'admin' }] }]);
    expect(await codeOf(admin.command({ createUser: 'rotated', pwd: 'x', roles: [] }))).toBe(51003);
    await admin.command({ dropUser: 'rotated' });
    expect(await codeOf(admin.command({ updateUser: 'rotated', pwd: 'x' }))).toBe(11);
  });
});

test('the program says where it listens, takes its password from the environment and ends on SIGTERM', async () => {
  const { folder, ca, cert, key, remove } = makeCertificates();
  const ready = join(folder, 'ready.json');
  const files = ['--tls-cert', cert, '--tls-key', key, '--ready-file', ready];
  const args = [
    '--import',
    'tsx',
    'rehearsal/mongo/server.ts',
    '--mode',
    'documentdb',
    '--port',
    '0',
    '--user',
    'root',
  ];
  const env = { ...process.env, DB_PASSWORD: 'from the environment' };
  const child = spawn(process.execPath, [...args, '--password-env', 'DB_PASSWORD', ...files], {
    env,
    stdio: 'inherit',
  });
  const exited = once(child, 'exit');
  while (!existsSync(ready)) await delay(10);
  const { port, pid } = JSON.parse(readFileSync(ready, 'utf8')) as { port: number; pid: number };
  const uri = `mongodb://root:${encodeURIComponent(env.DB_PASSWORD)}@localhost:${port}/?tls=true&tlsCAFile=${ca}`;
  const client = await new MongoClient(`${uri}&authMechanism=SCRAM-SHA-1&retryWrites=false`).connect();
  expect((await client.db().admin().buildInfo()).version).toBe('5.0.0');
  await client.close();
  process.kill(pid, 'SIGTERM');
  expect(await exited).toEqual([0, null]);
  remove();
});
