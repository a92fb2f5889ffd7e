/**
 * Writes docker-compose.yaml, the local containers, from what mode ec2 would run; and into docs/LOCAL_TESTING_GUIDE.md
 * what differs from it.
 *
 *     npx --no-install tsx scripts/generate-local-compose.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { writeBlock } from './lib/generated-block.ts';
import { LEFT_OUT, LIKE, localCompose } from './lib/local-compose.ts';
import { findDifferences, REASONS } from './lib/local-differences.ts';

const TARGET = fileURLToPath(new URL('../docker-compose.yaml', import.meta.url));
const HEADER = `# LibreChat and its stores on your own computer: docs/LOCAL_TESTING_GUIDE.md
# Made by scripts/generate-local-compose.ts from what mode ec2 runs. Do not edit.
`;

function shown(value: string | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return 'yours, where it is set';
  return value.includes(':?') ? 'a secret' : `\`${value}\``;
}

const text = await format(`${HEADER}${localCompose()}`, { ...(await resolveConfig(TARGET)), parser: 'yaml' });
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error('docker-compose.yaml is stale: run npx --no-install tsx scripts/generate-local-compose.ts');
  process.exitCode = 1;
}

await writeBlock('docs/LOCAL_TESTING_GUIDE.md', [
  `| where | variable or key | in \`${LIKE}\` | here | why |`,
  '| --- | --- | --- | --- | --- |',
  ...findDifferences().map(
    ({ where, name, deployed, local }) =>
      `| ${where} | \`${name}\` | ${shown(deployed)} | ${shown(local)} | ${REASONS[where]?.[name] ?? ''} |`,
  ),
  '',
  '| service | not as on the machine | why |',
  '| --- | --- | --- |',
  ...LEFT_OUT.map(({ key, service = 'all', reason }) => `| ${service} | \`${key}\` | ${reason} |`),
]);
