import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const END = '<!-- End of what is made. -->';

/**
 * Puts Markdown between the marks of this script in a document; with `--check` on the command line it writes nothing
 * and fails when the document is not what it would write.
 *
 * @param document path from the root of the repository
 */
export async function writeBlock(document: string, lines: readonly string[]): Promise<void> {
  const script = `scripts/${basename(process.argv[1] ?? '')}`;
  const begin = `<!-- Made by ${script}. Do not edit. -->`;
  const target = resolve(import.meta.dirname, '../..', document);
  const before = readFileSync(target, 'utf8');
  const [head, rest = ''] = before.split(begin);
  const foot = rest.split(END).slice(1).join(END);
  if (!before.includes(begin) || !rest.includes(END))
    throw new Error(`${document} has no place for '${begin}' and '${END}'`);
  const text = await format([head, begin, '\n\n', lines.join('\n'), '\n\n', END, foot].join(''), {
    ...(await resolveConfig(target)),
    parser: 'markdown',
  });
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text);
  } else if (before !== text) {
    console.error(`${document} is stale: run npx --no-install tsx ${script}`);
    process.exitCode = 1;
  }
}
