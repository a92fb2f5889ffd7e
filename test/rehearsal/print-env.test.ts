import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { knownVariables } from '../../config/librechat/variables.ts';

const root = resolve(import.meta.dirname, '../..');

/** Environment of the suites' other processes: nothing of the person's own account. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));

test('prints the exact environment of a deployed container, secrets resolved', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'cli/main.ts', 'rehearse', 'production-ecs', '--print-env', 'librechat', '--json'],
    { cwd: root, env },
  );
  const environment = JSON.parse(stdout) as Record<string, string>;

  const known = knownVariables();
  expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
  expect(Object.values(environment).filter((value) => /\{\{resolve|\$\{Token|^arn:/.test(value))).toEqual([]);
  expect(environment).toMatchObject({
    CREDS_KEY: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    CREDS_IV: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    JWT_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    MONGO_URI: expect.stringMatching(/^mongodb:\/\/librechat:[A-Za-z0-9]{30,}@localhost:\d+\/LibreChat\?/) as string,
    REDIS_URI: expect.stringMatching(/^rediss:\/\/localhost:\d+$/) as string,
    CONFIG_PATH: expect.stringMatching(/librechat\.yaml$/) as string,
    DOMAIN_CLIENT: expect.stringMatching(/^https:\/\//) as string,
  });
}, 180_000);
