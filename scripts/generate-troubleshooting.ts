import { REMEDIES } from '../cli/remedies.ts';
import { writeBlock } from './lib/generated-block.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');

const rows = REMEDIES.map(
  ({ example, cause, remedy }) =>
    `| \`${cell(example)}\` | ${cell(cause)} | ${cell(remedy).replaceAll(/'(npx [^']+)'/g, '`$1`')} |`,
);

await writeBlock('docs/TROUBLESHOOTING.md', [
  '| message | why it comes | what to do |',
  '| --- | --- | --- |',
  ...rows,
]);
