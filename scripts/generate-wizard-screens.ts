/**
 * Draws docs/images/wizard-*.svg: three screens of a real run of the wizard, in a terminal of its own, without AWS.
 *
 *     npx --no-install tsx scripts/generate-wizard-screens.ts [--check]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { svgOf } from './lib/screen-svg.ts';
import { CliTerminal, KEYS } from './lib/terminal.ts';

const IMAGES = resolve(import.meta.dirname, '../docs/images');

/** Runs the wizard and draws what somebody sees on the way. */
async function screens(): Promise<string[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'librechat-screens-'));
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd };
  const terminal = new CliTerminal(['wizard', '--dry-run', '--stack', 'Chat'], { cwd, env });
  const drawn: string[] = [];
  const draw = (title: string) => drawn.push(svgOf(terminal.screen, title));
  const step = async (shown: RegExp, ...keys: string[]) => {
    await terminal.shows(shown);
    terminal.press(...keys);
  };
  try {
    await step(/AWS region\?/, KEYS.enter);
    await step(/What is it for\?[^]*confirm/, KEYS.down, KEYS.down, KEYS.down);
    await terminal.shows(/production-ecs .*\(a company without downtime/);
    draw('The wizard asks what the deployment is for, each preset with its price');
    await step(/confirm/, KEYS.up, KEYS.up, KEYS.up, KEYS.enter);
    await step(/How many people[^]*confirm/, KEYS.down, KEYS.enter);
    await step(/How do people reach it\?[^]*confirm/, KEYS.down);
    await terminal.shows(/domain .*\(HTTPS at a load balancer/);
    draw('The wizard asks how people reach the site, with price and consequence of each way');
    await step(/confirm/, KEYS.up, KEYS.enter);
    await step(/Who may make an account\?[^]*confirm/, KEYS.enter);
    await step(/sign in through a provider\?[^]*confirm/, KEYS.enter);
    await step(/Questions to uploaded documents\?[^]*confirm/, KEYS.up, KEYS.enter);
    await step(/Search in past chats\?[^]*confirm/, KEYS.enter);
    await step(/Which models[^]*confirm/, KEYS.enter);
    await step(/Who gets the alarms/, 'ops@example.com', KEYS.enter);
    await step(/Tell at how many USD/, '100', KEYS.enter);
    await terminal.shows(/Save these answers[^]*No/);
    draw('The wizard shows what differs from the preset, and the bill, before it saves the answers');
    terminal.press('n');
    await terminal.ended;
    return drawn;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

const stale: string[] = [];
mkdirSync(IMAGES, { recursive: true });
for (const [index, svg] of (await screens()).entries()) {
  const file = join(IMAGES, `wizard-${index + 1}.svg`);
  if (!process.argv.includes('--check')) writeFileSync(file, svg);
  else if (readFileSync(file, 'utf8') !== svg) stale.push(`docs/images/wizard-${index + 1}.svg`);
}
if (stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}: run npx --no-install tsx scripts/generate-wizard-screens.ts`);
  process.exitCode = 1;
}
