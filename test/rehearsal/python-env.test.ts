import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pythonEnv, PythonEnvError } from '../../rehearsal/python-env.ts';

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-env-'));
  cache = join(folder, 'cache');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A requirement file without requirements: what it costs is the virtual environment alone. */
async function requirements(name: string, text = `# ${name}\n`): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function recorder() {
  const lines: string[] = [];
  return { lines, io: { info: (line: string) => lines.push(line) } };
}

describe('an environment', () => {
  test('is made once and serves again, for some of its files as well, but not for a changed one', async () => {
    const [a, b] = [await requirements('a.txt'), await requirements('b.txt')];
    const { lines, io } = recorder();
    const python = await pythonEnv({ requirements: [a, b], cache, io });
    const { stdout } = spawnSync(python, ['-c', 'import sys; print(sys.prefix != sys.base_prefix)'], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('True');
    expect(await pythonEnv({ requirements: [b, a], cache, io })).toBe(python);
    expect(await pythonEnv({ requirements: [b], cache, io })).toBe(python);
    expect(lines).toHaveLength(1);

    const changed = await requirements('b.txt', '# other\n');
    expect(await pythonEnv({ requirements: [changed], cache, io })).not.toBe(python);
    expect(lines).toHaveLength(2);
  });

  test('is made by one of two callers at once', async () => {
    const given = [await requirements('a.txt')];
    const { lines, io } = recorder();
    const [first, second] = await Promise.all([
      pythonEnv({ requirements: given, cache, io }),
      pythonEnv({ requirements: given, cache, io }),
    ]);
    expect(second).toBe(first);
    expect(lines.filter((line) => line.startsWith('making'))).toHaveLength(1);
  });

  test('is made although a process that ended left its lock', async () => {
    const given = [await requirements('a.txt')];
    const { pid } = spawnSync('true');
    const { lines, io } = recorder();
    await mkdir(cache);
    await writeFile(join(cache, 'lock'), String(pid));
    await pythonEnv({ requirements: given, cache, io });
    expect(lines).toEqual([expect.stringMatching(/^making/)]);
  });
});

describe('fails, says what to do and leaves nothing behind', () => {
  async function failure(options: Parameters<typeof pythonEnv>[0]): Promise<PythonEnvError> {
    const error: unknown = await pythonEnv({ cache, ...options }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PythonEnvError);
    return error as PythonEnvError;
  }

  test('when a package has no hash', async () => {
    const given = await requirements('a.txt', 'no-such-package==1.0\n');
    const { message, hint } = await failure({ requirements: [given] });
    expect(message).toMatch(/^pip could not install/);
    expect(hint).toContain('the files agree');
    expect(await readdir(cache)).toEqual([]);
  });

  test('when there is no Python', async () => {
    const given = await requirements('a.txt');
    const { message, hint } = await failure({ requirements: [given], python: 'no-such-python' });
    expect(message).toContain("'no-such-python' does not run");
    expect(hint).toContain('install Python 3.11 or newer');
  });

  test.each([
    ['too old', 'echo /usr linux-x86_64 3 9 2', 'is Python 3.9.2, which is too old', 'install Python 3.11'],
    [
      'without venv',
      'case "$*" in *version_info*) echo /usr linux-x86_64 3 11 2;; *) echo "ensurepip is not available" >&2; exit 1;; esac',
      'cannot make a virtual environment: ensurepip is not available',
      'apt-get install python3-venv',
    ],
  ])('when the Python is %s', async (_, script, message, hint) => {
    const python = join(folder, 'python3');
    await writeFile(python, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const error = await failure({ requirements: [await requirements('a.txt')], python });
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});
