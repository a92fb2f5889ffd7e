import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import { page as pageOfPreset } from '../cli/report/pages.ts';
import { findChromium } from './chromium.ts';

/** What a person may have before them. */
const VIEWS = {
  light: { width: 1280, colorScheme: 'light' },
  dark: { width: 1280, colorScheme: 'dark' },
  phone: { width: 390, colorScheme: 'light' },
} as const;
type View = keyof typeof VIEWS;
const HEIGHT = 900;
/** A4 without its margins, in pixels. */
const PAPER = { width: 718, height: 1047 };
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Presets and heights of the pictures in the documents, and the most that one of them may weigh. */
const SHOWN: readonly PresetName[] = ['minimal-dev', 'production-ecs', 'enterprise'];
const SHOWN_HEIGHT = { light: 1500, dark: 1500, phone: 1800 };
const MOST_PICTURE_BYTES = 250_000;
/** Where to put them: the documents' own folder is named when they are to be made again. */
const PICTURES = process.env['REPORT_PICTURES'];

const folder = mkdtempSync(join(tmpdir(), 'librechat-browser-'));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = new Map<View, Page>();
const noise: string[] = [];
let browser: Browser;

beforeAll(async () => {
  for (const preset of PRESET_NAMES) writeFileSync(join(folder, `${preset}.html`), await pageOfPreset(preset));
  browser = await chromium.launch({ executablePath: findChromium() ?? '', args: FLAGS });
  for (const [view, { width, colorScheme }] of Object.entries(VIEWS)) {
    const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme, offline: true });
    const page = await context.newPage();
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    page.on('request', (request) => noise.push(...(request.url().startsWith('file:') ? [] : [request.url()])));
    pages.set(view as View, page);
  }
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function open(preset: PresetName, view: View): Promise<Page> {
  const page = pages.get(view)!;
  noise.length = 0;
  await page.goto(pathToFileURL(join(folder, `${preset}.html`)).href);
  return page;
}

/** Runs in the browser: texts of the drawing that lie on each other, or leave their box. */
const misplaced = `(() => {
  const seen = (element) => element.getClientRects().length > 0;
  const texts = [...document.querySelectorAll('.picture text')].filter(seen);
  const boxes = new Map(texts.map((text) => [text, text.getBoundingClientRect()]));
  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const found = [];
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1))
      if (meet(boxes.get(one), boxes.get(other))) found.push(one.textContent + ' on ' + other.textContent);
    const frame = one.closest('.box')?.querySelector('rect, path').getBoundingClientRect();
    const { left, right, top, bottom } = boxes.get(one);
    if (frame && (left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom))
      found.push(one.textContent + ' leaves its box');
  });
  return { count: texts.length, found };
})()`;

describe.each(PRESET_NAMES)('the report on %s', (preset) => {
  describe.each(Object.keys(VIEWS) as View[])('%s', (view) => {
    let page: Page;
    beforeAll(async () => {
      page = await open(preset, view);
    });

    test('opens without a message, a request or anything wider than the screen', async () => {
      expect(noise).toEqual([]);
      const [width, room] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
      expect(width).toBeLessThanOrEqual(room);
    });

    test('shows a drawing of which every label can be read', async () => {
      const { count, found } = await page.evaluate<{ count: number; found: string[] }>(misplaced);
      expect(count).toBeGreaterThan(20);
      expect(found).toEqual([]);
    });

    test('keeps to the rules of accessibility', async () => {
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
        [],
      );
    });
  });
});

test('a label that lies on another or leaves its box is found', async () => {
  const page = await open('minimal-dev', 'light');
  await page.evaluate(`(() => {
    const [first, second] = document.querySelectorAll('.wide .header');
    for (const side of ['x', 'y']) second.setAttribute(side, first.getAttribute(side));
    document.querySelector('.wide .box .title').textContent = 'A name that is much too long for its box';
  })()`);
  const { found } = await page.evaluate<{ found: string[] }>(misplaced);
  expect(found).toContain('VPC 10.0.0.0/16 on zones a, b');
  expect(found.some((text) => text.endsWith('leaves its box'))).toBe(true);
});

const focused = 'document.activeElement.getAttribute("href") ?? document.activeElement.id';

test.each(['light', 'phone'] as const)('the keyboard reaches every section, %s', async (view) => {
  const page = await open('production-ecs', view);
  const links = await page.evaluate<string[]>(
    '[...document.querySelectorAll("nav a")].map((a) => a.getAttribute("href"))',
  );
  expect(links.length).toBe(9);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(focused)).toBe('#content');
  for (const link of links) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focused)).toBe(link);
  }
  for (const link of links) {
    await page.focus(`nav a[href="${link}"]`);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(focused)).toBe(link.slice(1));
  }
});

test('printed, it shows what is folded on the screen, no links to sections, and nothing wider than the paper', async () => {
  const page = await open('enterprise', 'light');
  const state = `({
    folded: [...document.querySelectorAll('details > *:not(summary)')].filter((each) => !each.checkVisibility({ contentVisibilityAuto: true })).length,
    links: document.querySelector('nav').checkVisibility(),
    isTooWide: document.documentElement.scrollWidth > innerWidth,
  })`;
  expect(await page.evaluate(state)).toMatchObject({ links: true });
  await page.setViewportSize(PAPER);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => page.evaluate(state)).toEqual({ folded: 0, links: false, isTooWide: false });
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: VIEWS.light.width, height: HEIGHT });
});

test.each(SHOWN.flatMap((preset) => (Object.keys(VIEWS) as View[]).map((view) => [preset, view] as const)))(
  'the picture for the documents of %s, %s, is small',
  async (preset, view) => {
    const page = await open(preset, view);
    const path = join(PICTURES ?? folder, `report-${preset}-${view}.png`);
    if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
    const clip = { x: 0, y: 0, width: VIEWS[view].width, height: SHOWN_HEIGHT[view] };
    await page.screenshot({ path, clip, fullPage: true });
    const { size } = statSync(path);
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThanOrEqual(MOST_PICTURE_BYTES);
  },
);
