import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSocialLogins } from 'librechat-data-provider';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { librechatHealthCommand } from '../../../lib/constructs/compute/health-check.ts';

/** A LibreChat that answers as told. */
interface Told {
  readonly livez?: number;
  readonly socialLogins?: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'librechat-health-'));
const note = join(folder, 'note');
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(note, { force: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function librechat({ livez = 200, socialLogins }: Told) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, answer) => {
    asked.push(url);
    answer.statusCode = url === '/livez' ? livez : 200;
    answer.end(url === '/livez' ? 'OK' : JSON.stringify({ appTitle: 'LibreChat', socialLogins }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, asked };
}

/** Runs the command as the container engine does, but elsewhere. */
async function check(port: number) {
  const [, command = '', ...args] = librechatHealthCommand().map((part) =>
    part.replaceAll(':3080', `:${port}`).replaceAll(/'\/tmp\/[\w-]+'/g, JSON.stringify(note)),
  );
  const child = spawn(command, args);
  let said = '';
  child.stderr.on('data', (data) => (said += String(data)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, said: said.trim() };
}

describe('the health check of LibreChat', () => {
  test.each([[[]], [['openid']]])('is content with a LibreChat that read its file (%j)', async (socialLogins) => {
    const { port, asked } = await librechat({ socialLogins });
    expect(await check(port)).toEqual({ code: 0, said: '' });
    expect(asked).toEqual(['/livez', '/api/config']);
  });

  test('fails with a LibreChat that runs with its defaults', async () => {
    expect(defaultSocialLogins.length).toBeGreaterThan(1);
    for (const socialLogins of [defaultSocialLogins, undefined]) {
      const { port } = await librechat({ socialLogins });
      expect(await check(port)).toEqual({ code: 1, said: 'LibreChat runs without librechat.yaml' });
    }
    expect(existsSync(note)).toBe(false);
  });

  test('asks only once whether the file was read: the answer needs the database', async () => {
    const { port, asked } = await librechat({ socialLogins: [] });
    await check(port);
    await check(port);
    expect(asked).toEqual(['/livez', '/api/config', '/livez']);
  });

  test('fails with a LibreChat that is not well, or not there', async () => {
    const { port } = await librechat({ livez: 503 });
    expect(await check(port)).toEqual({ code: 1, said: 'LibreChat is not well' });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await check(port)).toMatchObject({ code: 1 });
  });

  test('has nothing in it that Docker Compose or a shell would change', () => {
    expect(librechatHealthCommand().join(' ')).not.toMatch(/[$`\n]/);
  });
});
