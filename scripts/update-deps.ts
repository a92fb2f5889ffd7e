// Newer versions of the pinned npm packages, once they are old enough to be trusted.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './lib/command.ts';
import { findUpdate, type Update } from './lib/versions.ts';

const root = resolve(import.meta.dirname, '..');
const COOLDOWN_DAYS = 5;

/** Packages whose newer releases are left alone, and why. */
const HELD: Readonly<Record<string, string>> = {
  lefthook: 'from 2.2.2 on it names a package for Android that not every registry has, and npm ci then refuses',
};

const HELP = `Usage: npm run update-deps [-- [options]]

Lists compatible newer releases of the pinned npm packages that are at least ${COOLDOWN_DAYS} days old.

Options:
  --write    install them and update package.json and the lockfile
  -h, --help show this text

Releases that may break something are only named: taking one is a decision (see docs/decisions). The Python pins are
in the *.in files beside each requirements file, with the command that locks them.

Exit codes: 0 done, 1 the registry or the install failed, 2 wrong usage.`;

function usageError(message: string): never {
  console.error(`error: ${message}\n\n${HELP}`);
  process.exit(2);
}

function readArguments() {
  try {
    const options = { write: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
}

async function updateOf(name: string, current: string): Promise<Update> {
  const { code, output } = await runCommand(['npm', 'view', name, 'time', '--json'], { cwd: root });
  if (code !== 0) throw new Error(`npm view ${name} failed: ${output.trim()}`);
  return findUpdate(current, JSON.parse(output) as Record<string, string>, Date.now(), COOLDOWN_DAYS);
}

const values = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const { dependencies, devDependencies } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;
const taken: string[] = [];
// Aliases (`npm:…`) hold two versions of one package side by side on purpose.
const pinned = Object.entries({ ...dependencies, ...devDependencies }).filter(
  ([name, version]) => /^\d/.test(version) && !(name in HELD),
);
for (const [name, reason] of Object.entries(HELD)) console.log(`${name} is held back: ${reason}`);
const updates = await Promise.all(
  pinned.map(async ([name, current]) => ({ name, current, ...(await updateOf(name, current)) })),
);
for (const { name, current, take, decide } of updates) {
  if (take !== undefined) taken.push(`${name}@${take}`);
  if (take !== undefined || decide !== undefined) {
    const remark = decide === undefined ? '' : `${decide} is not compatible: decide by hand`;
    console.log(`${name.padEnd(34)} ${current.padEnd(12)} ${(take ?? '-').padEnd(12)} ${remark}`.trimEnd());
  }
}
if (taken.length === 0) {
  console.log('nothing to update');
} else if (values.write) {
  const { code, output } = await runCommand(['npm', 'install', '--save-exact', ...taken], { cwd: root });
  console.log(output.trimEnd());
  process.exitCode = code === 0 ? 0 : 1;
} else {
  console.log(`\n${taken.length} to update: npm run update-deps -- --write`);
}
