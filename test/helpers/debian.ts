import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** First of some commands that is on the path. */
export function findCommand(names: readonly string[], path = process.env['PATH'] ?? ''): string | undefined {
  const candidates = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether packages can be installed here without asking anybody. */
export const canInstall = () => process.getuid?.() === 0 && findCommand(['apt-get']) !== undefined;

/** Installs packages of Debian or Ubuntu; the answer says why it could not. */
export function install(packages: readonly string[]): string | undefined {
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { status, error, stderr } = spawnSync('apt-get', args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return `apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}
