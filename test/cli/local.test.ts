import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from './running.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FILE = { 'docker-compose.yaml': readFileSync(join(root, 'docker-compose.yaml'), 'utf8') };

/** Writes down how it is called, and what it sees when it starts or stops something. */
const DOCKER = `#!/bin/sh
echo "$*" >> "$RECORD/calls"
case "$*" in
  'compose version --short') echo "$COMPOSE"; test -n "$COMPOSE" ;;
  version*) test -z "$NO_ENGINE" ;;
  'volume ls'*) if test -n "$VOLUMES"; then echo "$VOLUMES"; fi ;;
  'compose logs'*) echo 'librechat-1 | ready'; echo 'a notice' >&2 ;;
  *) ls -l .env > "$RECORD/mode"; cp .env "$RECORD/dotenv"; env > "$RECORD/env"; echo Started >&2; exit "$ENDS" ;;
esac
`;

let record: string;
beforeEach(() => {
  record = mkdtempSync(join(tmpdir(), 'librechat-docker-'));
  writeFileSync(join(record, 'docker'), DOCKER);
  chmodSync(join(record, 'docker'), 0o755);
});
afterEach(() => {
  rmSync(record, { recursive: true });
});

const recorded = (name: string) => (existsSync(join(record, name)) ? readFileSync(join(record, name), 'utf8') : '');
/** What was called after it was seen that Docker is there. */
const calls = () => recorded('calls').split('\n').slice(2, -1);
const local = (args: readonly string[], { dotenv = '', env = {} } = {}) =>
  run(
    ['local', ...args],
    { ...FILE, ...(dotenv === '' ? {} : { '.env': dotenv }) },
    { PATH: `${record}:${process.env['PATH'] ?? ''}`, RECORD: record, COMPOSE: '2.32.4', ENDS: '0', ...env },
  );

describe('local up', () => {
  test('makes the secrets in the forms that LibreChat wants, readable by their owner alone, and starts', async () => {
    const { code, stdout } = await local(['up', '--json']);
    const { url, made } = JSON.parse(stdout);
    expect([code, url]).toEqual([0, 'http://localhost:3080']);
    const secrets = parseEnv(recorded('dotenv'));
    expect(made.toSorted()).toEqual(Object.keys(secrets).sort());
    expect(recorded('mode')).toMatch(/^-rw------- /);
    expect(secrets).toEqual({
      CREDS_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
      CREDS_IV: expect.stringMatching(/^[0-9a-f]{32}$/),
      JWT_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
      JWT_REFRESH_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
      MEILI_MASTER_KEY: expect.stringMatching(/^[0-9a-f]{64}$/),
      MONGO_INITDB_ROOT_PASSWORD: expect.stringMatching(/^[0-9a-f]{40}$/),
      POSTGRES_PASSWORD: expect.stringMatching(/^[0-9a-f]{40}$/),
      REDIS_PASSWORD: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(new Set(Object.values(secrets)).size).toBe(8);
    expect(calls()).toEqual([
      'volume ls --quiet --filter label=com.docker.compose.project=librechat-local',
      'compose up --detach --wait --wait-timeout 600 --quiet-pull --remove-orphans',
    ]);
  });

  test('keeps every line that .env has', async () => {
    const dotenv = '# mine\nLIBRECHAT_CDK_STACK_NAME=Chat\nexport CREDS_IV="0123"\nJWT_SECRET=\n';
    const { code } = await local(['up'], { dotenv, env: { VOLUMES: 'librechat-local_mongodb' } });
    expect([code, recorded('dotenv')]).toEqual([
      0,
      expect.stringMatching(/^# mine\nLIBRECHAT_CDK_STACK_NAME=Chat\nexport CREDS_IV="0123"\nJWT_SECRET=\w{64}\n/),
    ]);
  });

  test('makes no new secrets beside data that only the lost ones open', async () => {
    const { code, stderr } = await local(['up'], { env: { VOLUMES: 'librechat-local_mongodb' } });
    expect([code, stderr]).toEqual([1, expect.stringContaining('put back the .env')]);
    expect(calls()).toHaveLength(1);
  });

  test('says where LibreChat is, which models there are and how to make the first account', async () => {
    const { stdout, stderr } = await local(['up'], { dotenv: 'OPENAI_API_KEY=k\nEMBEDDINGS_PROVIDER=openai\n' });
    expect(stdout).toMatch(
      /http:\/\/localhost:3080\nmodels +openAI\n.* docker compose exec librechat npm run create-user/,
    );
    expect(stderr).not.toContain('warning');
  });

  test('lends AWS credentials only when asked', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-central-1' };
    const without = await local(['up'], { env });
    expect(recorded('env')).not.toContain('AKIATEST');
    expect(without.stderr).toMatch(
      /no model to talk to: pass --bedrock.*\n.*file search will fail without AWS_ACCESS_KEY_ID/,
    );
    const { stdout } = await local(['up', '--bedrock', '--region', 'eu-west-1'], { env, dotenv: recorded('dotenv') });
    expect(recorded('env')).toMatch(/^AWS_ACCESS_KEY_ID=AKIATEST$/m);
    expect(recorded('env')).toMatch(/^AWS_REGION=eu-west-1$/m);
    expect(stdout).toMatch(/^models +bedrock$/m);
  });

  test('fails when a container does, and passes on what compose says', async () => {
    const { code, stdout, stderr } = await local(['up'], { env: { ENDS: '3' } });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/Started\nerror: docker compose up ended with exit code 3: its lines above say why/);
  });
});

test.each([
  ['Docker', { PATH: '/nowhere' }, 'docker is not installed: install Docker Engine'],
  ['its compose plug-in', { COMPOSE: '' }, 'docker has no compose plug-in: install Compose 2.32'],
  ['a compose that knows the file', { COMPOSE: 'v2.26.1' }, 'docker compose v2.26.1 is too old: install Compose 2.32'],
  ['its engine', { NO_ENGINE: 'y' }, "no Docker engine answers: start it, then look with 'docker version'"],
])('without %s every command says so, and changes nothing', async (_, env, message) => {
  for (const command of ['up', 'down', 'logs', 'reset']) {
    const { code, stdout, stderr } = await local([command, '--json'], { env });
    expect([command, code, stderr]).toEqual([command, 1, expect.stringContaining(`error: ${message}`)]);
    expect(JSON.parse(stdout)).toHaveProperty('error.remedy');
  }
  expect(recorded('dotenv')).toBe('');
});

describe('local down and reset', () => {
  test('down keeps the volumes, and needs no .env', async () => {
    expect(await local(['down'])).toMatchObject({ code: 0, stdout: 'stopped; the data stays\n' });
    expect(calls()).toEqual(['compose down --remove-orphans']);
    expect(recorded('env')).toMatch(/^CREDS_KEY=unused$/m);
  });

  test('reset asks before it deletes the volumes', async () => {
    const { code, stderr } = await local(['reset']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/all accounts, chats and files.*pass --yes to agree/)]);
    expect(calls()).toEqual([]);
    expect((await local(['reset', '--yes'])).code).toBe(0);
    expect(recorded('calls')).toContain('compose down --volumes --remove-orphans\n');
  });
});

describe('local logs', () => {
  test('prints the lines of one container, and nothing else, on standard output', async () => {
    const { stdout, stderr } = await local(['logs', 'librechat', '--follow']);
    expect([stdout, stderr]).toEqual(['librechat-1 | ready\n', 'a notice\n']);
    expect(calls()).toEqual(['compose logs --no-color --tail 200 --follow librechat']);
    expect(JSON.parse((await local(['logs', '--json'])).stdout)).toEqual({ lines: ['librechat-1 | ready'] });
  });

  test('names the containers that there are', async () => {
    const { code, stderr } = await local(['logs', 'mongo']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('there are librechat, rag_api, meilisearch, mongodb')]);
  });
});

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

test.runIf(hasCompose)('`docker compose config` accepts the file with the .env that was made', async () => {
  await local(['up'], { dotenv: 'OPENAI_API_KEY=key-of-mine\n' });
  const args = ['compose', '--env-file', join(record, 'dotenv'), 'config', '--format', 'json'];
  const { status, stdout, stderr } = spawnSync('docker', args, { cwd: root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const { librechat, rag_api: ragApi } = JSON.parse(stdout).services;
  expect(librechat.environment).toMatchObject({
    MONGO_URI: expect.stringMatching(/^mongodb:\/\/librechat:[0-9a-f]{40}@mongodb:27017\/LibreChat\?authSource=admin$/),
    OPENAI_API_KEY: 'key-of-mine',
    ANTHROPIC_API_KEY: null,
    ENDPOINTS: 'agents,openAI',
  });
  expect(ragApi.environment).toMatchObject({
    EMBEDDINGS_PROVIDER: 'bedrock',
    JWT_SECRET: librechat.environment.JWT_SECRET,
  });
});
