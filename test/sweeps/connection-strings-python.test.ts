import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  CA_BUNDLE_PATH,
  DOCUMENT_DATABASE,
  documentDbUri,
  mongoContainerUri,
  redisUri,
  VECTOR_DATABASE,
} from '../../lib/utils/connection-strings.ts';
import { CA_BUNDLE_FILE } from '../../lib/utils/ca-bundle.ts';
import { pythonEnv } from '../../rehearsal/python-env.ts';
import { testRequirements } from '../../scripts/lib/requirements.ts';
import { passwords, recipe } from './logins.ts';

/** One process for all: each line of the input is a URI, each line of the output what the driver makes of it. */
const PARSE = `
import json, sys
from urllib.parse import urlsplit
from pymongo.uri_parser import parse_uri
from valkey.connection import parse_url

def parts(uri):
    if uri.startswith("mongodb:"):
        found = parse_uri(uri, validate=True)
        options = {key.lower(): str(value) for key, value in found["options"].items()}
        return [found["nodelist"], found["username"], found["password"], found["database"], options]
    if uri.startswith("redis"):
        found = parse_url(uri)
        return [found["host"], found["port"], "SSL" in found.get("connection_class", object).__name__]
    found = urlsplit(uri)
    return [found.hostname, found.port, found.username, found.password, found.path]

json.dump([parts(uri) for uri in json.load(sys.stdin)], sys.stdout, sort_keys=True)
`;

test('the drivers of Python read every URI back to its parts', { timeout: 600_000 }, async () => {
  const { username } = recipe();
  const generated = passwords(2000);
  const python = await pythonEnv({ requirements: testRequirements });
  const parse = (uris: readonly string[]) => {
    // pymongo looks for the bundle while it parses: here the file lies elsewhere than in a container.
    const input = JSON.stringify(uris).replaceAll(CA_BUNDLE_PATH, CA_BUNDLE_FILE);
    return JSON.parse(execFileSync(python, ['-c', PARSE], { input, encoding: 'utf8' })) as unknown[];
  };
  const found = parse([
    ...generated.map((password) => documentDbUri({ username, password, host: 'documents', port: '27017' })),
    ...generated.map((password) => mongoContainerUri({ username, password, host: 'mongodb', port: '27018' })),
    // The URL that the RAG API makes of the parts it gets.
    ...generated.map((password) => `postgresql://${username}:${password}@vectors:5432/${VECTOR_DATABASE}`),
    redisUri({ host: 'cache', port: '6379', tls: true }),
    redisUri({ host: 'cache', port: '6379', tls: false }),
  ]);
  const documentDbOptions = {
    authmechanism: 'SCRAM-SHA-1',
    authsource: 'admin',
    replicaset: 'rs0',
    retrywrites: 'False',
    tls: 'True',
    tlscafile: CA_BUNDLE_FILE,
  };
  const wanted = [
    ...generated.map((password) => [[['documents', 27017]], username, password, DOCUMENT_DATABASE, documentDbOptions]),
    ...generated.map((password) => [
      [['mongodb', 27018]],
      username,
      password,
      DOCUMENT_DATABASE,
      { authsource: 'admin' },
    ]),
    ...generated.map((password) => ['vectors', 5432, username, password, `/${VECTOR_DATABASE}`]),
    ['cache', 6379, true],
    ['cache', 6379, false],
  ];
  expect(found[0]).toEqual(wanted[0]);
  expect(found.length).toBe(wanted.length);
  expect(found.filter((parts, index) => JSON.stringify(parts) !== JSON.stringify(wanted[index]))).toEqual([]);
});
