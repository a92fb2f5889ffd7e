/**
 * Writes docs/FAULTS.md: what operators see when something is wrong, in the words that the tests saw.
 *
 *     npx --no-install tsx scripts/generate-fault-table.ts [--check]
 *
 * The tests of the initializers keep what they saw in test/lambda/faults.json, and fail where it is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

interface Fault {
  readonly store: string;
  readonly fault: string;
  readonly seen: string;
  readonly kept: string;
}

const SOURCE = fileURLToPath(new URL('../test/lambda/faults.json', import.meta.url));
const TARGET = fileURLToPath(new URL('../docs/FAULTS.md', import.meta.url));

const HEAD = `# Faults

**When a database cannot be prepared you see why in one line, and all data is kept.** This page of librechat-cdk 0.1 has
every fault that was tried: what you see, and what is kept. The line stands as
the reason of the failed resource in \`npm start\`, in \`cdk deploy\` and in CloudFormation's events, and in the log
group of the function. It never holds a password. CloudFormation then rolls the change back.

Remove the cause and deploy again: the initializers may run any number of times and go on from what is there. A server
that is only starting is waited for, within the function's fifteen minutes less a margin; the log says so.

<!-- Made by scripts/generate-fault-table.ts from what the tests saw. Do not edit. -->
`;

const FOOT = `
HOST:PORT stands for the server's address, \`librechat/master\` and \`librechat/app\` for the names of the two secrets.

Each row is a test in test/lambda. Save for the deleted stack, it causes the fault on a database in use, on a real
PostgreSQL or on the rehearsal's DocumentDB, finds the data with the application's own login, and deploys once more
with success. The full disk is imitated: a trigger answers as the server does when a table cannot grow. That a whole
stack rolls back and serves on after an initializer failed in an upgrade is the step "fail" of \`npm start\`.
`;

function table(faults: readonly Fault[]): string {
  const stores = [...new Set(faults.map(({ store }) => store))];
  return stores
    .map((store) => {
      const rows = faults
        .filter((fault) => fault.store === store)
        .map(({ fault, seen, kept }) => `| ${fault} | ${words(seen)} | ${kept} |`);
      return [`\n## ${store}\n`, '| fault | what you see | what is kept |', '| --- | --- | --- |', ...rows, ''].join(
        '\n',
      );
    })
    .join('\n');
}

function words(seen: string): string {
  return seen.startsWith('nothing') ? seen : `\`${seen.replaceAll('|', '\\|')}\``;
}

const faults = JSON.parse(readFileSync(SOURCE, 'utf8')) as Fault[];
const text = await format(`${HEAD}${table(faults)}${FOOT}`, { ...(await resolveConfig(TARGET)), parser: 'markdown' });
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error('docs/FAULTS.md is stale: run npx --no-install tsx scripts/generate-fault-table.ts');
  process.exitCode = 1;
}
