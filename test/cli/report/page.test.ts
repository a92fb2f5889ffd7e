import { describe, expect, test } from 'vitest';
import { PRESET_NAMES } from '../../../config/presets.ts';
import { pageOf } from '../../../cli/report/page.ts';
import type { Subject } from '../../../cli/report/subject.ts';
import { freshSubject, page, subject } from './pages.ts';

const MOST_BYTES = 1_000_000;
const SECTIONS = [
  'architecture',
  'bill',
  'public',
  'findings',
  'data',
  'permissions',
  'deployment',
  'alarms',
  'configuration',
];

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);
const tags = (text: string) => all(text, /<(\/?[a-z][a-z0-9]*|!)[^>]*>/g);

describe.each(PRESET_NAMES)('the page of %s', (preset) => {
  test('has every section, each with a heading and a link to it', async () => {
    const text = await page(preset);
    expect(all(text, /<section id="([^"]+)"/g)).toEqual(SECTIONS);
    expect(all(text, /<li><a href="#([^"]+)">/g)).toEqual(SECTIONS);
    for (const id of SECTIONS)
      expect(text).toMatch(new RegExp(`aria-labelledby="${id}-title">\\n<h2 id="${id}-title">`));
  });

  test('is one file under a megabyte that loads nothing and runs nothing', async () => {
    const text = await page(preset);
    expect(Buffer.byteLength(text)).toBeLessThan(MOST_BYTES);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(text).not.toMatch(
      /<(script|link|iframe|img|object|embed|form|base)\b|\bon\w+=|javascript:|@import|url\(\s*["']?(?!#)/i,
    );
    expect(all(text, /\b(?:src|href|action)="([^"]*)"/g).filter((target) => !target.startsWith('#'))).toEqual([]);
  });

  test('gives no id twice, and names none that is not there', async () => {
    const text = await page(preset);
    const ids = all(text, /\sid="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const named = [
      ...all(text, /href="#([^"]+)"/g),
      ...all(text, /url\(#([^)]+)\)/g),
      ...all(text, /aria-labelledby="([^"]+)"/g).flatMap((names) => names.split(' ')),
    ];
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

test('the same configuration gives the same bytes', async () => {
  expect(await pageOf(freshSubject('enterprise'))).toBe(await page('enterprise'));
});

/** A copy in which every text has something hostile behind it, by the names of what is changed. */
function withHostile<T>(value: T, suffix: string): T {
  const change = (part: unknown): unknown => {
    if (typeof part === 'string') return part + suffix;
    if (part instanceof Map) return new Map([...part].map(([key, inner]) => [key, change(inner)]));
    if (Array.isArray(part)) return part.map(change);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, change(inner)]));
  };
  return change(value) as T;
}

test('a hostile value anywhere in the configuration or the template changes no tag of the page', async () => {
  const suffix = `"'><script>alert(1)</script><!--`;
  const known = subject('production-ecs');
  const { assembly, picture, used, idle, path, config } = known;
  const Resources = Object.fromEntries(
    Object.entries(assembly.template.Resources).map(([id, resource]) => {
      const description = resource.Properties['AlarmDescription'];
      const changed = { ...resource.Properties, AlarmDescription: withHostile(description, suffix) };
      return [id, description === undefined ? resource : { ...resource, Properties: changed }];
    }),
  );
  const violations = [{ rule: 'W1', places: ['Network'], text: 'something is open' }];
  const checks = [{ tool: 'a judge', violations }];
  const calm: Subject = { ...known, assembly: { ...assembly, checks } };
  const hostile: Subject = {
    ...known,
    name: known.name + suffix,
    base: known.base + suffix,
    config: { ...withHostile(config, suffix), access: { ...config.access, allowedCidrs: [`0.0.0.0/0${suffix}`] } },
    sources: withHostile(known.sources, suffix),
    assembly: {
      template: { Resources },
      names: withHostile(assembly.names, suffix),
      acknowledgements: withHostile(assembly.acknowledgements, suffix),
      checks: withHostile(checks, suffix),
    },
    picture: {
      ...picture,
      cidr: picture.cidr + suffix,
      outside: picture.outside.map((box) => ({
        ...box,
        title: box.title + suffix,
        lines: withHostile(box.lines, suffix),
      })),
      connections: picture.connections.map((one) => ({ ...one, label: one.label + suffix })),
    },
    used: {
      ...used,
      items: used.items.map((item) => ({ ...item, what: item.what + suffix, date: item.date + suffix })),
    },
    idle,
    path: { ...path, steps: path.steps.map((step) => ({ ...step, type: step.type + suffix })) },
  };
  const text = await pageOf(hostile);
  expect(text).not.toContain('<script');
  expect(text.split('&lt;script&gt;').length).toBeGreaterThan(300);
  // Long names may be broken between their words, in more places now.
  const kinds = (html: string) => tags(html).filter((tag) => tag !== 'wbr');
  expect(kinds(text)).toEqual(kinds(await pageOf(calm)));
});
