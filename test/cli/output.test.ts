import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../cli/errors.ts';
import { checkOutput, writeOutput } from '../../cli/output.ts';
import { folderWith } from '../config/loading.ts';

let folder: ReturnType<typeof folderWith>;
beforeEach(() => {
  folder = folderWith({ 'file.yaml': 'old' });
});
afterEach(() => {
  folder.remove();
});

const at = (...names: string[]) => join(folder.cwd, ...names);

describe('a file that is written', () => {
  test('replaces the old one', async () => {
    await writeOutput(at('file.yaml'), 'new');
    expect([readdirSync(folder.cwd), readFileSync(at('file.yaml'), 'utf8')]).toEqual([['file.yaml'], 'new']);
  });

  test('replaces what a link leads to, not the link', async () => {
    symlinkSync(at('file.yaml'), at('link.yaml'));
    await writeOutput(at('link.yaml'), 'new');
    expect([lstatSync(at('link.yaml')).isSymbolicLink(), readFileSync(at('file.yaml'), 'utf8')]).toEqual([true, 'new']);
  });

  test('leaves a device what it is', async () => {
    symlinkSync('/dev/null', at('null'));
    await writeOutput(at('null'), 'new');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('leaves nothing beside it when it cannot be put in its place, and says why', async () => {
    mkdirSync(at('taken', 'inside'), { recursive: true });
    const refused = writeOutput(at('taken'), 'x');
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/taken cannot be written: E/);
    expect(readdirSync(folder.cwd).sort()).toEqual(['file.yaml', 'taken']);
  });
});

describe('a file that is to be written later', () => {
  test('is accepted in a folder that is there', async () => {
    await expect(checkOutput(at('new.json'))).resolves.toBeUndefined();
    await expect(checkOutput(at('file.yaml'))).resolves.toBeUndefined();
  });

  test.each([['missing/new.json'], ['file.yaml/new.json'], ['.']])(
    'is refused where it cannot be: %s',
    async (name) => {
      await expect(checkOutput(at(name))).rejects.toThrow(/cannot be written \(.+\): name a file in a folder/);
    },
  );
});
