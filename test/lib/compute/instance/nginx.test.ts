import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { STREAM_IDLE_SECONDS } from '../../../../lib/constructs/compute/container-environment.ts';
import { instanceFiles } from '../../../../lib/constructs/compute/instance/compose.ts';
import { librechatYaml } from '../../../../lib/constructs/compute/librechat-config.ts';
import { ec2Config, EVERYTHING } from './settings.ts';

const config = ec2Config(EVERYTHING);
const nginxConf = instanceFiles(config)['nginx.conf']!;
const uploadMegabytes = (parse(librechatYaml(config)) as { fileConfig: { serverFileSizeLimit: number } }).fileConfig
  .serverFileSizeLimit;

const folder = mkdtempSync(join(tmpdir(), 'librechat-nginx-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const setting = (name: string) => Number(new RegExp(`^\\s*${name} (\\d+)`, 'm').exec(nginxConf)?.[1]);

describe('nginx', () => {
  test('waits as long as a model may think, and keeps connections longer than the proxy before it', () => {
    expect(nginxConf).not.toMatch(/@\w+@/);
    for (const name of ['proxy_read_timeout', 'proxy_send_timeout', 'send_timeout'])
      expect(setting(name)).toBe(STREAM_IDLE_SECONDS);
    expect(setting('keepalive_timeout')).toBeGreaterThan(0);
    expect(nginxConf).toContain(`keepalive_timeout ${STREAM_IDLE_SECONDS + 5}s;`);
  });

  test('holds back no part of an answer, but gathers an upload', () => {
    expect(nginxConf).toMatch(/^\s*proxy_buffering off;$/m);
    expect(nginxConf).toMatch(/^\s*proxy_request_buffering on;$/m);
  });

  test('lets through what LibreChat accepts', () => {
    expect(setting('client_max_body_size')).toBeGreaterThan(uploadMegabytes);
  });

  test('logs no query', () => {
    expect(/log_format[^;]+/.exec(nginxConf)?.[0]).not.toMatch(/\$(request|request_uri|args|http_referer)\b/);
  });
});

/** What the server behind nginx saw. */
interface Seen {
  readonly url: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
}

/** Headers that LibreChat sends, where they are not the ones that nginx would add. */
const OWN_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=1',
};

describe.runIf(spawnSync('which', ['nginx']).status === 0)('a real nginx', () => {
  const site = join(folder, 'site.sock');
  const app = join(folder, 'app.sock');
  let nginx: ChildProcess;
  let server: http.Server;

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      if (request.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: first\n\n');
        request.on('close', () => response.end());
        return;
      }
      if (request.url === '/own-headers') response.setHeaders(new Headers(OWN_HEADERS));
      response.end(JSON.stringify({ url: request.url, headers: request.headers } satisfies Seen));
    });
    server.on('upgrade', (request, socket) => {
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`,
      );
    });
    await new Promise<void>((resolve) => server.listen(app, resolve));
    chmodSync(folder, 0o755);
    chmodSync(app, 0o777);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const text = nginxConf
      .replace('user nginx;', 'daemon off;')
      .replaceAll('/var/log/nginx', folder)
      .replace('/run/nginx.pid', join(folder, 'nginx.pid'))
      .replace('http {', `http {\n${temporary.map((name) => `${name}_temp_path ${folder}/${name};\n`).join('')}`)
      .replace('listen 80 ', `listen unix:${site} `)
      .replace('    listen [::]:80 default_server;\n', '')
      .replace(/server 127\.0\.0\.1:\d+;/, `server unix:${app};`);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, text);
    // It accepts the file, and would say so.
    expect(spawnSync('nginx', ['-q', '-t', '-c', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    nginx = spawn('nginx', ['-c', file], { stdio: 'ignore' });
    for (let tries = 0; !existsSync(site) && tries < 100; tries++) await new Promise((wait) => setTimeout(wait, 50));
  }, 60_000);

  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.on('close', resolve));
    nginx.kill('SIGTERM');
    await ended;
    server.closeAllConnections();
    server.close();
  });

  const request = (options: http.RequestOptions, body = '') =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const sent = http.request({ socketPath: site, headers: { host: 'chat.example.com' }, ...options }, resolve);
      sent
        .on('upgrade', (response) => {
          resolve(response);
        })
        .on('error', reject);
      sent.end(body);
    });

  const seen = async (headers: Record<string, string>): Promise<Seen> => {
    const response = await request({ path: '/api/x?y=1', headers: { host: 'chat.example.com:8443', ...headers } });
    return JSON.parse(Buffer.concat(await response.toArray()).toString()) as Seen;
  };

  test.each([
    ['no proxy before it: its own', {}, 'http'],
    ['a load balancer', { 'x-forwarded-proto': 'https' }, 'https'],
    ['CloudFront', { 'cloudfront-forwarded-proto': 'https' }, 'https'],
    [
      'CloudFront before a load balancer',
      { 'cloudfront-forwarded-proto': 'https', 'x-forwarded-proto': 'http' },
      'https',
    ],
  ])('tells LibreChat the scheme of the browser: %s', async (_, headers, scheme) => {
    expect((await seen(headers)).headers['x-forwarded-proto']).toBe(scheme);
  });

  test('adds itself to the chain of addresses and keeps host, path and query', async () => {
    const { url, headers } = await seen({ 'x-forwarded-for': '203.0.113.7' });
    expect(url).toBe('/api/x?y=1');
    expect(headers.host).toBe('chat.example.com:8443');
    expect(headers['x-forwarded-for']).toMatch(/^203\.0\.113\.7, \S+$/);
  });

  test('tells browsers how to be careful, where LibreChat does not', async () => {
    const answer = async (path: string, headers: Record<string, string> = {}) => {
      const response = await request({ path, headers: { host: 'chat.example.com', ...headers } });
      response.resume();
      return Object.fromEntries(Object.keys(OWN_HEADERS).map((name) => [name, response.headers[name]]));
    };
    const added = {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'strict-transport-security': undefined,
    };
    expect(await answer('/')).toEqual(added);
    expect(await answer('/', { 'x-forwarded-proto': 'https' })).toEqual({
      ...added,
      'strict-transport-security': 'max-age=31536000',
    });
    expect(await answer('/own-headers', { 'x-forwarded-proto': 'https' })).toEqual(OWN_HEADERS);
  });

  test('hands on each piece of an answer at once', async () => {
    const response = await request({ path: '/stream' });
    const [piece] = await new Promise<Buffer[]>((resolve) =>
      response.once('data', (data: Buffer) => {
        resolve([data]);
      }),
    );
    expect(piece!.toString()).toBe('data: first\n\n');
    response.destroy();
  });

  test('lets a connection become a websocket', async () => {
    const response = await request({
      path: '/socket',
      headers: { host: 'x', connection: 'Upgrade', upgrade: 'websocket' },
    });
    expect(response.statusCode).toBe(101);
    response.destroy();
  });

  test('refuses an upload that LibreChat would refuse', async () => {
    const response = await request({
      method: 'POST',
      headers: { host: 'x', 'content-length': String((uploadMegabytes + 2) * 2 ** 20), expect: '100-continue' },
    });
    expect(response.statusCode).toBe(413);
    response.destroy();
  });
});
