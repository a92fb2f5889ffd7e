import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolvePreset } from '../../../config/deployment-config.ts';
import { viewerRequestCode } from '../../../lib/constructs/edge/viewer-function.ts';

interface Answer {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
}

/** The function as CloudFront runs it: its code, an event, nothing around it. */
function viewerFunction(allowedCidrs: string[]): (ip: string, headers?: Answer['headers']) => Answer {
  const config = resolvePreset('minimal-dev', { access: { type: 'cloudfront', allowedCidrs } });
  const context = createContext({});
  runInContext(viewerRequestCode(config), context);
  return (ip, headers = {}) => {
    const event = { version: '1.0', viewer: { ip }, request: { method: 'GET', uri: '/', headers } };
    return JSON.parse(runInContext(`JSON.stringify(handler(${JSON.stringify(event)}))`, context) as string) as Answer;
  };
}

describe('where some ranges may come in', () => {
  const call = viewerFunction(['203.0.113.0/24', '198.51.100.7/32', '10.0.0.0/8']);

  test.each(['203.0.113.0', '203.0.113.255', '198.51.100.7', '10.255.0.1'])('%s is let in', (ip) => {
    expect(call(ip).statusCode).toBeUndefined();
  });

  test.each(['203.0.112.255', '203.0.114.0', '198.51.100.6', '198.51.100.8', '11.0.0.0', '2001:db8::1'])(
    '%s is turned away, and no cache keeps that',
    (ip) => {
      expect(call(ip)).toMatchObject({ statusCode: 403, headers: { 'cache-control': { value: 'no-store' } } });
    },
  );

  test('what a browser says of its address is overwritten', () => {
    const { headers } = call('10.1.2.3', { 'x-viewer-address': { value: '203.0.113.1' } });
    expect(headers['x-viewer-address']).toEqual({ value: '10.1.2.3' });
  });
});

test.each(['192.0.2.1', '2001:db8::1'])('where everybody may come in, %s is let in and named', (ip) => {
  const answer = viewerFunction(['0.0.0.0/0'])(ip);
  expect(answer).toMatchObject({ headers: { 'x-viewer-address': { value: ip } } });
  expect(answer.statusCode).toBeUndefined();
});

test('every address is judged as its bits are', () => {
  const toBits = (address: string) =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 1, max: 32 }), (ip, start, prefix) => {
      const isIn = toBits(ip).slice(0, prefix) === toBits(start).slice(0, prefix);
      expect(viewerFunction([`${start}/${prefix}`])(ip).statusCode === undefined).toBe(isIn);
    }),
    { numRuns: 60 },
  );
});

test('fits into a function of CloudFront, and uses nothing that its runtime lacks', () => {
  const ranges = Array.from({ length: 250 }, (_, index) => `10.${index}.0.0/16`);
  const code = viewerRequestCode(
    resolvePreset('minimal-dev', { access: { type: 'cloudfront', allowedCidrs: ranges } }),
  );
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  expect(code).not.toMatch(/@[A-Z_]+@/);
  // Source: Amazon CloudFront developer guide, JavaScript runtime 2.0: what it does not list, it does not have.
  expect(code).not.toMatch(
    /\bclass\b|\bfor\s*\(.*\bof\b|(?:const|let|var)\s*[[{]|\?\.|\?\?|=>\s*\(\{|\(\s*\{[^}]*\}\s*\)\s*=>/,
  );
});
