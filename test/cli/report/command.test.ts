import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../running.ts';

const folder = mkdtempSync(join(tmpdir(), 'librechat-report-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('writes the page where it is told, and prints where that is', async () => {
  const file = join(folder, 'page.html');
  const { code, stdout, stderr } = await run(['report', 'minimal-dev', '--output', file]);
  expect([code, stdout, stderr]).toEqual([0, `${file}\n`, '']);
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>\n<html lang="en">/);
});

test('tells the figures of the page with --json, and takes settings', async () => {
  const file = join(folder, 'rag.html');
  const { code, stdout } = await run([
    'report',
    'minimal-dev',
    '--set',
    'features.search=true',
    '--output',
    file,
    '--json',
  ]);
  const summary = JSON.parse(stdout) as Record<string, unknown>;
  expect(code).toBe(0);
  expect(summary).toMatchObject({ file, configuration: 'minimal-dev', waysIn: 1, alarms: 0, findings: { open: 0 } });
  expect(summary['bytes']).toBe(readFileSync(file).length);
  expect(readFileSync(file, 'utf8')).toContain('--set');
});

test('names the file after the configuration', async () => {
  const { stdout } = await run(['report', './ours.yaml'], { 'ours.yaml': 'preset: minimal-dev\n' });
  expect(stdout).toMatch(/\/librechat-report-ours\.html\n$/);
});

test('fails with a reason where it cannot write', async () => {
  const { code, stdout } = await run(['report', 'minimal-dev', '--output', 'no/such/folder/page.html', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { what: expect.stringMatching(/page\.html cannot be written$/) } });
});
