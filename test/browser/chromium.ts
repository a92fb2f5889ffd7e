import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL: readonly (readonly string[])[] = [
  ['apt-get', 'update'],
  ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
];

/** Where Chromium is; undefined where it is not installed. */
export function findChromium(path = process.env['PATH'] ?? ''): string | undefined {
  const candidates = path.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const ADVICE = 'the browser tests need Chromium: install it, on Debian and Ubuntu with apt-get install chromium';

/** Makes sure that there is a browser. A suite that skipped itself without one would prove nothing. */
export default function setUp(): void {
  if (findChromium() !== undefined) return;
  if (process.getuid?.() !== 0) throw new Error(ADVICE);
  for (const [command = '', ...args] of INSTALL) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) throw new Error(`${ADVICE} (${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()})`);
  }
  if (findChromium() === undefined) throw new Error(ADVICE);
}
