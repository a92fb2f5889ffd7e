import { expect, test } from 'vitest';
import { findUpdate } from '../../scripts/lib/versions.ts';

const TODAY = Date.parse('2026-11-24T12:00:00Z');
const update = (current: string, published: Record<string, string>) => findUpdate(current, published, TODAY, 5);

test('takes the newest compatible release that is old enough', () => {
  const published = {
    created: '2020-01-01T00:00:00Z',
    '1.9.0': '2026-10-01T00:00:00Z',
    '1.10.0': '2026-11-01T00:00:00Z',
    '1.10.1': '2026-11-22T00:00:00Z',
    '2.0.0': '2026-11-02T00:00:00Z',
  };
  expect(update('1.8.3', published)).toEqual({ take: '1.10.0', decide: '2.0.0' });
});

test('orders versions by number, not by text', () => {
  const published = { '1.9.0': '2026-01-01T00:00:00Z', '1.10.0': '2026-01-02T00:00:00Z' };
  expect(update('1.8.0', published)).toEqual({ take: '1.10.0' });
});

test('a new minor of a 0.x package is a decision', () => {
  const published = { '0.20.1': '2026-01-01T00:00:00Z', '0.24.1': '2026-02-01T00:00:00Z' };
  expect(update('0.20.0', published)).toEqual({ take: '0.20.1', decide: '0.24.1' });
});

test('leaves pre-releases, older releases and aliases alone', () => {
  const published = { '1.0.0-rc.1': '2026-01-01T00:00:00Z', '0.9.0': '2026-01-01T00:00:00Z' };
  expect(update('1.0.0', published)).toEqual({});
  expect(update('npm:other@1.0.0', { '2.0.0': '2026-01-01T00:00:00Z' })).toEqual({});
});
