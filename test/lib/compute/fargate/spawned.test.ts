import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FILE = fileURLToPath(new URL('../../../../lib/constructs/compute/fargate/forwarded-proto.cjs', import.meta.url));

/** A server that answers with the scheme that it is told, called once on loopback with these headers. */
const PROGRAM = `
  const http = require('node:http');
  const server = http.createServer((request, response) => response.end(request.headers['x-forwarded-proto'] ?? 'none'));
  server.listen(0, '127.0.0.1', () => {
    const options = { host: '127.0.0.1', port: server.address().port, headers: JSON.parse(process.argv[1]) };
    http.get(options, (answer) => answer.on('data', (text) => console.log(String(text))).on('end', () => server.close()));
  });
`;

const scheme = (headers: Readonly<Record<string, string>>) =>
  execFileSync(process.execPath, ['--require', FILE, '-e', PROGRAM, JSON.stringify(headers)], {
    encoding: 'utf8',
  }).trim();

test.each([
  ['what CloudFront says counts', { 'cloudfront-forwarded-proto': 'https', 'x-forwarded-proto': 'http' }, 'https'],
  ['without CloudFront it is what the balancer says', { 'x-forwarded-proto': 'http' }, 'http'],
  ['and without either, nothing', {}, 'none'],
])('the scheme that LibreChat is told: %s', (_, headers, expected) => {
  expect(scheme(headers)).toBe(expected);
});
