import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import type { DeployedEnvironments } from '../deployed-environment.ts';

/** What was found in one store with the application's own credentials. */
export interface StoreProof {
  readonly store: string;
  readonly facts: readonly string[];
}

/** Host names of stores that run beside LibreChat on the machine, which no rehearsal boots. */
const ON_THE_MACHINE = new Set(['mongodb', 'vectordb', 'redis']);

/**
 * Asks each store what is in it, exactly as the containers would: their address, their login, TLS verified.
 *
 * @param authority file with the certificate authority of the stores
 */
export async function proveStores(environments: DeployedEnvironments, authority: string): Promise<StoreProof[]> {
  const ca = await readFile(authority, 'utf8').catch(() => '');
  const { librechat = {} } = environments;
  const ragApi = environments['rag-api'] ?? environments['rag_api'];
  return await Promise.all([
    proveDocuments(librechat['MONGO_URI'] ?? '', authority),
    ...(ragApi === undefined ? [] : [proveVectors(ragApi, ca)]),
    ...(librechat['REDIS_URI'] === undefined
      ? []
      : [proveCache(librechat['REDIS_URI'], librechat['REDIS_PASSWORD'] ?? '', ca)]),
  ]);
}

const onTheMachine = (store: string, host: string): StoreProof => ({
  store,
  facts: [`'${host}' runs in a container on the machine, which was not booted`],
});

async function proveDocuments(uri: string, authority: string): Promise<StoreProof> {
  const store = 'users, chats, settings (MongoDB protocol)';
  const host = /@([^:/?]+)/.exec(uri)?.[1] ?? '';
  if (ON_THE_MACHINE.has(host)) return onTheMachine(store, host);
  const { MongoClient } = await import('mongodb');
  // The URI as LibreChat gets it; only the path of the bundle is one inside the container.
  const client = new MongoClient(uri, { tlsCAFile: authority, serverSelectionTimeoutMS: 10_000 });
  try {
    const database = client.db();
    const collections = await database.listCollections().toArray();
    const indexes = await Promise.all(
      collections.map(
        async ({ name }) => (await database.collection(name).indexes()).filter((index) => index.name !== '_id_').length,
      ),
    );
    const probe = database.collection<{ _id: string }>('__transaction_test__');
    await probe.insertOne({ _id: 'rehearsal' });
    await probe.deleteOne({ _id: 'rehearsal' });
    const dropped = await refusal(() => database.dropDatabase());
    const { authInfo } = (await database.command({ connectionStatus: 1 })) as ConnectionStatus;
    const roles = authInfo.authenticatedUserRoles.map(({ role, db }) => `${role} on ${db}`);
    return {
      store,
      facts: [
        `database '${database.databaseName}'`,
        `user '${authInfo.authenticatedUsers.map(({ user }) => user).join()}': ${roles.join(', ')}`,
        `${collections.length} collections, ${indexes.reduce((sum, count) => sum + count, 0)} indexes`,
        'writes and deletes a document',
        `cannot drop the database: ${dropped}`,
      ],
    };
  } finally {
    await client.close();
  }
}

/** MongoDB's answer to `connectionStatus`: who the connection is. */
interface ConnectionStatus {
  readonly authInfo: {
    readonly authenticatedUsers: readonly { readonly user: string }[];
    readonly authenticatedUserRoles: readonly { readonly role: string; readonly db: string }[];
  };
}

async function proveVectors(env: Readonly<Record<string, string>>, ca: string): Promise<StoreProof> {
  const store = 'embeddings (PostgreSQL)';
  const {
    DB_HOST: host = '',
    DB_PORT: port,
    POSTGRES_DB: database = '',
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
  } = env;
  if (ON_THE_MACHINE.has(host)) return onTheMachine(store, host);
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host,
    port: Number(port),
    database,
    user,
    password,
    ssl: { ca },
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  try {
    return { store, facts: await askPostgres(client, database) };
  } finally {
    await client.end();
  }
}

async function askPostgres(client: Client, database: string): Promise<string[]> {
  const list = async (sql: string) => (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  const [extension] = await list("SELECT 'pgvector ' || extversion AS name FROM pg_extension WHERE extname = 'vector'");
  const [role] = await list(
    `SELECT 'user ' || quote_literal(rolname) || ': ' || CASE WHEN rolsuper OR rolcreaterole OR rolcreatedb
       THEN 'administers the server' ELSE 'neither superuser nor allowed to make roles or databases' END AS name
     FROM pg_roles WHERE rolname = current_user`,
  );
  const tables = await list("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const indexes = await list(
    "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' ORDER BY 1",
  );
  const dropped = await refusal(() => client.query(`DROP DATABASE "${database}"`));
  return [
    `database '${database}', ${extension ?? 'pgvector is missing'}`,
    role ?? '',
    `tables ${tables.join(', ')}`,
    `indexes ${indexes.join(', ')}`,
    `cannot drop the database: ${dropped}`,
  ];
}

async function proveCache(uri: string, password: string, ca: string): Promise<StoreProof> {
  const store = 'sessions and streams (Redis protocol)';
  const { hostname } = new URL(uri);
  if (ON_THE_MACHINE.has(hostname)) return onTheMachine(store, hostname);
  const { Redis } = await import('ioredis');
  const redis = new Redis(uri, { password, tls: { ca }, lazyConnect: true, retryStrategy: () => null });
  try {
    await redis.connect();
    const [answer, anonymous] = [await redis.ping(), await withoutPassword(uri, ca)];
    return { store, facts: [`answers ${answer} over TLS with the password`, `refuses without it: ${anonymous}`] };
  } finally {
    redis.disconnect();
  }
}

async function withoutPassword(uri: string, ca: string): Promise<string> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(uri, { tls: { ca }, lazyConnect: true, retryStrategy: () => null });
  // The reason comes as an event; what is thrown says only that the connection is closed.
  const reason = new Promise<string>((resolve) =>
    redis.once('error', ({ message }: Error) => {
      resolve(message);
    }),
  );
  try {
    await refusal(() => redis.connect().then(() => redis.ping()));
    return (await reason).split(' must be called')[0] ?? '';
  } finally {
    redis.disconnect();
  }
}

/** What the server says to something that must not succeed. */
async function refusal(forbidden: () => Promise<unknown>): Promise<string> {
  try {
    await forbidden();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the application may do what only the master may: its role is too wide');
}
