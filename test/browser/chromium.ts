import { canInstall, findCommand, install } from '../helpers/debian.ts';

const ADVICE = 'the browser tests need Chromium: install it, on Debian and Ubuntu with apt-get install chromium';

/** Where Chromium is; undefined where it is not installed. */
export const findChromium = (path?: string) => findCommand(['chromium', 'chromium-browser', 'google-chrome'], path);

/** Makes sure that there is a browser. A suite that skipped itself without one would prove nothing. */
export default function setUp(): void {
  if (findChromium() !== undefined) return;
  if (!canInstall()) throw new Error(ADVICE);
  const problem = install(['chromium']);
  if (problem !== undefined) throw new Error(`${ADVICE} (${problem})`);
  if (findChromium() === undefined) throw new Error(ADVICE);
}
