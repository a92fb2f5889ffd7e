import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedFinding } from '../../cli/findings.ts';
import { runCli } from '../../cli/main.ts';
import { recorder } from '../cli/running.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate } from './local.ts';

interface SetUp {
  readonly isReady: boolean;
  readonly checks: readonly NamedFinding[];
}

const states = ({ checks }: SetUp) => Object.fromEntries(checks.map(({ check, severity }) => [check, severity]));

describe('setup', { timeout: 60_000 }, () => {
  test('tells what it found in the account, and what it could not ask', async () => {
    const found = json(await operate(['setup', '--json'])) as SetUp;
    expect(states(found)).toMatchObject({
      'Node.js': 'ok',
      Python: 'ok',
      // The local AWS knows only its root.
      credentials: 'warning',
      region: 'ok',
      'CDK bootstrap': 'ok',
      // The local AWS has no Service Quotas.
      'quota VPCs': 'unknown',
    });
  });

  test('fails, and exits with 1, where the CDK was not bootstrapped', async () => {
    const { code, stdout } = await operate(['setup', '--region', 'eu-west-3']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^bad +CDK bootstrap +there is no CDKToolkit stack/m);
    expect(stdout).toContain('to mend it: npx cdk bootstrap aws://000000000000/eu-west-3');
  });

  test.each([
    ['ExpiredToken', /GetCallerIdentity/, { credentials: 'bad', region: 'unknown', quotas: 'unknown' }],
    ['UnauthorizedOperation', /DescribeRegions/, { credentials: 'warning', region: 'unknown', 'CDK bootstrap': 'ok' }],
  ])('goes on after %s', async (code, of, wanted) => {
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', { code, message: 'as AWS says it', of });
    const found = json(await operate(['setup', '--json'], {}, { AWS_ENDPOINT_URL: faulty.url })) as SetUp;
    await faulty.close();
    expect(states(found)).toMatchObject(wanted);
  });

  test('says of what kind credentials of a profile are', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...without } = env;
    const file = `[work]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    const folder = mkdtempSync(join(tmpdir(), 'librechat-profile-'));
    writeFileSync(join(folder, 'credentials'), file);
    // The SDK looks for profiles by the variables of its own process.
    const shared = { ...without, HOME: folder, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
    const main = resolve(import.meta.dirname, '../../cli/main.ts');
    const args = ['--import', 'tsx', main, 'setup', '--profile', 'work', '--json'];
    const ran = promisify(execFile)(process.execPath, args, { env: shared }).catch((error: unknown) => error);
    const { stdout } = (await ran) as { stdout: string };
    rmSync(folder, { recursive: true });
    const { checks } = JSON.parse(stdout) as SetUp;
    expect(checks.find(({ check }) => check === 'credentials')?.what).toMatch(/, keys of a profile$/);
  });
});

describe('what setup makes when told to', { timeout: 60_000 }, () => {
  let cwd = '';
  beforeAll(() => (cwd = mkdtempSync(join(tmpdir(), 'librechat-setup-'))));
  afterAll(() => {
    rmSync(cwd, { recursive: true });
  });

  /** Several runs in one folder. */
  async function setup(...flags: string[]) {
    const [stdout, stderr] = [recorder(), recorder()];
    const code = await runCli(['setup', ...flags], {
      stdin: Object.assign(process.stdin, { isTTY: false }),
      stdout: stdout.stream,
      stderr: stderr.stream,
      env,
      cwd,
      interruption: { signal: new AbortController().signal, heeded: false },
    });
    return { code, stderr: stderr.text() };
  }

  test('is a key pair in a file for nobody else, never written over', async () => {
    const file = join(cwd, 'ours.pem');
    await setup('--create-key-pair', 'ours');
    const key = readFileSync(file, 'utf8');
    expect([key, statSync(file).mode & 0o777]).toEqual([expect.stringContaining('PRIVATE KEY'), 0o600]);

    const again = await setup('--create-key-pair', 'ours');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
    expect(readFileSync(file, 'utf8')).toBe(key);
  });

  test('leaves no file where EC2 has a key pair of that name', async () => {
    rmSync(join(cwd, 'ours.pem'), { force: true });
    const { code, stderr } = await setup('--create-key-pair', 'ours');
    expect([code, stderr]).toEqual([1, expect.stringContaining('EC2 has a key pair ours already')]);
    expect(existsSync(join(cwd, 'ours.pem'))).toBe(false);
  });

  test('is .env, in which other lines stay and other values are asked for', async () => {
    const file = join(cwd, '.env');
    writeFileSync(file, '# ours\nLIBRECHAT_CDK_STACK_NAME=Chat\n');
    await setup('minimal-dev', '--write-env');
    const written =
      '# ours\nLIBRECHAT_CDK_STACK_NAME=Chat\nLIBRECHAT_CDK_REGION=us-east-1\nLIBRECHAT_CDK_CONFIG_SOURCE=minimal-dev\n';
    expect(readFileSync(file, 'utf8')).toBe(written);

    const refused = await setup('standard-dev', '--write-env');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('pass --overwrite to agree')]);
    expect(readFileSync(file, 'utf8')).toBe(written);

    await setup('standard-dev', '--write-env', '--overwrite');
    expect(readFileSync(file, 'utf8')).toBe(written.replace('minimal-dev', 'standard-dev'));
  });
});
