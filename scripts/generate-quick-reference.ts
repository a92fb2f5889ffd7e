/**
 * Writes the tables of QUICK_REFERENCE.md: every command, what it does, and the tests that run it.
 *
 *     npx --no-install tsx scripts/generate-quick-reference.ts [--check]
 */
import { readFileSync } from 'node:fs';
import { filesOfRepository } from './lib/files.ts';
import { commandTree } from './lib/command-tree.ts';
import { documentedCalls, testsOf } from './lib/doc-commands.ts';
import { writeBlock } from './lib/generated-block.ts';

const tree = await commandTree();
const files = await filesOfRepository();
const documents = files.filter((file) => file.endsWith('.md') && file !== 'QUICK_REFERENCE.md');
const shown = new Map<string, Set<string>>();
for (const document of documents)
  for (const { command } of documentedCalls(readFileSync(document, 'utf8'), tree))
    shown.set(command, (shown.get(command) ?? new Set()).add(document));

const link = (file: string) => `[${file.split('/').at(-1) ?? file}](${file})`;
const rows = [...tree]
  .filter(([, command]) => command.commands.length === 0)
  .map(([name, command]) => {
    const tests = testsOf(name, files);
    if (tests.length === 0) throw new Error(`no test runs '${name}'`);
    const inDocuments = [...(shown.get(name) ?? [])].sort().map(link).join(', ');
    return `| \`${name}\` | ${command.description()} | ${tests.map(link).join(', ')} | ${inDocuments} |`;
  });

await writeBlock('QUICK_REFERENCE.md', [
  '| command | what it does | tests that run it | documents that show it |',
  '| --- | --- | --- | --- |',
  ...rows,
]);
