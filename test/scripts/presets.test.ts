import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { differences } from '../../scripts/lib/presets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'presets-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function assembly(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, 'asset.1'), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

test('two assemblies with the same bytes do not differ', async () => {
  const files = { 'manifest.json': '{}', 'asset.1/index.py': 'pass', 'asset.1/empty': '' };
  expect(await differences(await assembly('a', files), await assembly('b', files))).toEqual([]);
});

test('fails for changed, missing and additional files, empty ones too', async () => {
  const first = await assembly('a', { 'manifest.json': '{}', 'asset.1/index.py': 'pass', 'asset.1/empty': '' });
  const second = await assembly('b', { 'manifest.json': '{ }', 'asset.1/index.py': 'pass', extra: '' });
  expect(await differences(first, second)).toEqual(['asset.1/empty', 'extra', 'manifest.json']);
});
