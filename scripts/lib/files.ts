import { resolve } from 'node:path';
import { runCommand } from './command.ts';

const root = resolve(import.meta.dirname, '../..');

/** Paths, from the root of the repository, of all files that git knows or would add. */
export async function filesOfRepository(): Promise<readonly string[]> {
  const { code, output } = await runCommand(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  if (code !== 0) throw new Error(`git ls-files failed: ${output}`);
  return [...new Set(output.split('\0'))].filter((file) => file !== '').sort();
}
