import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../cli/doctor/run.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'librechat-no-python-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A machine on which nothing was ever bundled: the archives that this one has are not seen. */
const FRESH = join(folder, 'fresh.mjs');
writeFileSync(
  FRESH,
  `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { existsSync } = fs;
fs.existsSync = (path) => !/[.]cache.lambda.*[.]zip$/.test(String(path)) && existsSync(path);
syncBuiltinESMExports();
`,
);

/** Runs a command on such a machine, which has no Python either. */
async function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const node = ['--import', FRESH, '--import', 'tsx', 'cli/main.ts', ...args];
  const env = {
    PATH: folder,
    HOME: folder,
    PYTHON: 'no-such-python',
    CDK_VALIDATION: 'false',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, node, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('on a fresh machine without Python', { concurrent: true, timeout: 60_000 }, () => {
  test.each(['estimate', 'report'])('%s says what is missing and how to mend it', async (command) => {
    const { code, stdout, stderr } = await run([command, 'production-ecs']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: cannot bundle lambda\/\S+: python3 does not run .*: run "npm run bundle"/);
    expect(stderr).not.toContain('unexpected');
  });

  test('doctor tells the rest, and why there is no bill', async () => {
    const { code, stdout } = await run(['doctor', 'production-ecs', '--json']);
    const { setup, monthlyUsd } = JSON.parse(stdout) as Diagnosis;
    expect(code).toBe(1);
    expect(setup.find(({ check }) => check === 'Python')).toMatchObject({ severity: 'bad', what: 'there is none' });
    expect(monthlyUsd).toEqual({ unknown: expect.stringMatching(/^cannot bundle lambda\/.*npm run bundle/) as string });
  });
});
