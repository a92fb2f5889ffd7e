import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { extract } from 'tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bundle } from '../../cli/support/bundle.ts';
import { runCli } from '../../cli/main.ts';
import { recorder } from '../cli/running.ts';
import { SECRETS } from '../cli/secrets.ts';
import { env, json, operate, options } from './local.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'librechat-bundle-'));
const archive = join(folder, 'bundle.tar.gz');
const bundle = (...more: string[]) => [
  'support-bundle',
  '--stack',
  'Supported',
  '--output',
  archive,
  '--json',
  ...more,
];

beforeAll(async () => {
  const planted = SECRETS.slice(0, 3).map(({ secret }, index) => `--set=tags.planted${index}=password=${secret}`);
  const deployed = await operate(['deploy', 'minimal-dev', '--set', 'stackName=Supported', '--yes', ...planted]);
  expect(deployed.code, deployed.stderr).toBe(0);
  const logs = new CloudWatchLogsClient(options);
  const stream = { logGroupName: '/aws/librechat/Supported/librechat', logStreamName: 'librechat/1' };
  await logs.send(new CreateLogStreamCommand(stream));
  const now = Date.now();
  const logEvents = [
    { timestamp: now - 5 * 3_600_000, message: 'five hours old' },
    ...SECRETS.map(({ text }) => ({ timestamp: now, message: text })),
    { timestamp: now, message: 'the last line' },
  ];
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function unpacked(): Promise<{ names: string[]; text: string; read: (name: string) => string }> {
  await extract({ file: archive, cwd: folder, strip: 1 });
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== 'bundle.tar.gz' && statSync(join(folder, name)).isFile())
    .sort();
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { names, read, text: names.map(read).join('\n') };
}

test('collects everything and lets no secret out', async () => {
  const made = json(await operate(bundle())) as Bundle;
  const { names, text, read } = await unpacked();
  expect(SECRETS.filter(({ secret }) => text.includes(secret)).map(({ kind }) => kind)).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['config.json', 'events.json', 'logs/librechat.log', 'template.json']));
  expect(read('logs/librechat.log')).toContain('the last line');
  expect(read('logs/librechat.log')).not.toContain('five hours old');
  const manifest = JSON.parse(read('manifest.json')) as Bundle;
  expect(manifest.files.map(({ name }) => name).sort()).toEqual(names.filter((name) => name !== 'manifest.json'));
  for (const name of names.filter((name) => name.endsWith('.json')))
    expect(() => JSON.parse(read(name)) as unknown).not.toThrow();
  expect(manifest.leftOut.map(({ what }) => what)).toEqual(['logs/flow-logs.log', 'logs/trail.log']);
  const masked = made.files.find(({ name }) => name === 'logs/librechat.log')?.masked ?? {};
  expect(Object.keys(masked).length).toBeGreaterThanOrEqual(10);
});

test('takes older lines with --hours', async () => {
  await operate(bundle('--hours', '6'));
  expect((await unpacked()).read('logs/librechat.log')).toContain('five hours old');
});

test('notes what AWS refuses, and collects the rest', async () => {
  const fault = { code: 'AccessDenied', message: 'not for you', of: /Action=GetTemplate/ };
  const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
  const made = json(await operate(bundle(), {}, { AWS_ENDPOINT_URL: faulty.url })) as Bundle;
  await faulty.close();
  expect(made.missing).toContainEqual({ what: 'the deployed template', reason: 'not for you' });
  expect(made.files.map(({ name }) => name)).toContain('events.json');
});

test('leaves no archive when it is interrupted in the middle', async () => {
  const fault = { code: 'ThrottlingException', message: 'Rate exceeded', of: /FilterLogEvents/ };
  const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
  const person = new AbortController();
  const unwritten = join(folder, 'interrupted.tar.gz');
  const [stdin, { stream: stdout }, { stream: stderr }] = [new PassThrough(), recorder(), recorder()];
  const code = runCli(['support-bundle', '--stack', 'Supported', '--output', unwritten], {
    stdin,
    stdout,
    stderr,
    env: { ...env, AWS_ENDPOINT_URL: faulty.url },
    cwd: folder,
    interruption: { signal: person.signal, heeded: false },
  });
  await expect.poll(faulty.refused, { timeout: 20_000 }).toBeGreaterThan(0);
  person.abort();
  expect([await code, existsSync(unwritten)]).toEqual([130, false]);
  await faulty.close();
});

test.each(['nowhere/bundle.tar.gz', '.'])('refuses to write to %s before anything is collected', async (file) => {
  const { code, stderr } = await operate(['support-bundle', '--stack', 'Supported', '--output', file]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: \S+ cannot be written/)]);
});

test('names the stacks there are when the one asked for is not', async () => {
  const { code, stderr } = await operate(['support-bundle', '--stack', 'Supproted']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/no stack named 'Supproted'.*Supported/)]);
});
