import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { expect, test } from 'vitest';
import {
  CA_BUNDLE_PATH,
  DOCUMENT_DATABASE,
  documentDbUri,
  mongoContainerUri,
  redisUri,
  VECTOR_DATABASE,
} from '../../lib/utils/connection-strings.ts';
import { passwords, recipe } from './logins.ts';

const { alphabet, length, username } = recipe();
const generated = passwords(2000);
const documentDb = { host: 'docs.cluster-abc.eu-west-1.docdb.amazonaws.com', port: '27017' };

test('passwords are of letters and digits, which no URI escapes', () => {
  expect(alphabet).toMatch(/^[A-Za-z0-9]{62}$/);
  expect(length).toBe(40);
  expect(new Set(generated).size).toBe(generated.length);
  expect(generated.filter((password) => encodeURIComponent(password) !== password)).toEqual([]);
});

/** Passwords that a driver does not read back as it should. A matcher for each would take seconds. */
const misread = (read: (password: string) => unknown, wanted: (password: string) => unknown) =>
  generated.filter((password) => JSON.stringify(read(password)) !== JSON.stringify(wanted(password)));

function readByMongoDriver(uri: string): unknown {
  const { options } = new MongoClient(uri);
  const { username, password, source, mechanism } = options.credentials ?? {};
  return {
    hosts: options.hosts.map(String),
    credentials: { username, password, source, mechanism },
    database: options.dbName,
    tls: [options.tls].includes(true),
    ca: options.tlsCAFile,
    isLax: [options.tlsInsecure, options.tlsAllowInvalidCertificates, options.tlsAllowInvalidHostnames].includes(true),
    replicaSet: options.replicaSet,
    retryWrites: options.retryWrites,
    readPreference: options.readPreference.mode,
  };
}

test('the MongoDB driver reads the URI of DocumentDB back to its parts', () => {
  const read = (password: string) => readByMongoDriver(documentDbUri({ username, password, ...documentDb }));
  const wanted = (password: string) => ({
    hosts: [`${documentDb.host}:${documentDb.port}`],
    credentials: { username, password, source: 'admin', mechanism: 'SCRAM-SHA-1' },
    database: DOCUMENT_DATABASE,
    tls: true,
    ca: CA_BUNDLE_PATH,
    isLax: false,
    replicaSet: 'rs0',
    retryWrites: false,
    readPreference: 'primary',
  });
  expect(read('first')).toEqual(wanted('first'));
  expect(misread(read, wanted)).toEqual([]);
});

test('the MongoDB driver reads the URI of a container back to its parts', () => {
  const read = (password: string) =>
    readByMongoDriver(mongoContainerUri({ username, password, host: 'mongodb', port: '27017' }));
  const wanted = (password: string) => ({
    hosts: ['mongodb:27017'],
    credentials: { username, password, source: 'admin', mechanism: 'DEFAULT' },
    database: DOCUMENT_DATABASE,
    tls: false,
    ca: undefined,
    isLax: false,
    replicaSet: undefined,
    retryWrites: true,
    readPreference: 'primary',
  });
  expect(read('first')).toEqual(wanted('first'));
  expect(misread(read, wanted)).toEqual([]);
});

test('PostgreSQL gets parts and no URL; the one that the RAG API makes of them is read back', () => {
  const read = (password: string) => {
    const connectionString = `postgresql://${username}:${password}@db.example.com:5432/${VECTOR_DATABASE}`;
    const client = new pg.Client({ connectionString });
    return [client.user, client.password, client.host, client.port, client.database];
  };
  expect(misread(read, (password) => [username, password, 'db.example.com', 5432, VECTOR_DATABASE])).toEqual([]);
});

test.each([true, false])(
  'ioredis reads the URI of the cache back, and takes the password beside it (TLS: %s)',
  (tls) => {
    for (const password of generated.slice(0, 200)) {
      const client = new Redis(redisUri({ host: 'cache.example.com', port: '6379', tls }), {
        lazyConnect: true,
        password,
      });
      expect(client.options).toMatchObject({ host: 'cache.example.com', port: 6379, password });
      expect(Boolean(client.options.tls)).toBe(tls);
      client.disconnect();
    }
  },
);
