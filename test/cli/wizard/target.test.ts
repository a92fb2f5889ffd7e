import { expect, test } from 'vitest';
import type { WizardOptions } from '../../../cli/commands/wizard.ts';
import type { CommandContext } from '../../../cli/main.ts';
import { chooseTarget } from '../../../cli/wizard/target.ts';
import { folderWith } from '../../config/loading.ts';
import { stack } from '../analyze/looking.ts';

const FILE = './chat.yaml';

/** What `wizard --yes` changes where a stack `Chat` is there, with that file. */
async function target(text: string | undefined, options: Partial<WizardOptions> = {}): Promise<string | undefined> {
  const { cwd, remove } = folderWith(text === undefined ? {} : { [FILE]: text });
  try {
    const context = { env: {}, cwd } as unknown as CommandContext;
    return await chooseTarget(context, [stack], { set: [], saveAs: FILE, yes: true, ...options }, FILE);
  } finally {
    remove();
  }
}

const OWN = 'preset: minimal-dev\nstackName: Chat\n';

test.each<[string | undefined, Partial<WizardOptions>, string | undefined]>([
  [OWN, {}, 'Chat'],
  [OWN, { overwrite: true }, 'Chat'],
  [OWN, { preset: 'minimal-dev' }, 'Chat'],
  [OWN, { stack: 'Another' }, undefined],
  ['preset: minimal-dev\nstackName: Another\n', {}, undefined],
  [undefined, {}, undefined],
])('with the file %j and %j changes %s', async (text, options, changed) => {
  expect(await target(text, options)).toBe(changed);
});

test.each<[string | undefined, Partial<WizardOptions>, string]>([
  [OWN, { preset: 'enterprise' }, 'Chat is there already'],
  [undefined, { stack: 'Chat' }, `${FILE} does not make Chat`],
  ['preset: minimal-dev\n', { stack: 'Chat' }, `${FILE} does not make Chat`],
])('with the file %j refuses %j', async (text, options, message) => {
  await expect(target(text, options)).rejects.toThrow(message);
});
