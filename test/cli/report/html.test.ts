import { expect, test } from 'vitest';
import { markup, table } from '../../../cli/report/html.ts';

const HOSTILE = `</td><script>alert('1')</script>"&<!--`;
const HARMLESS = '&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;&lt;!--';

test('escapes whatever is put into a piece, in lists and in attributes too', () => {
  expect(markup`<p title="${HOSTILE}">${HOSTILE}</p>`.text).toBe(`<p title="${HARMLESS}">${HARMLESS}</p>`);
  expect(markup`${[HOSTILE, [markup`<b>${HOSTILE}</b>`]]}`.text).toBe(`${HARMLESS}<b>${HARMLESS}</b>`);
});

test('leaves out what is undefined, and nothing else', () => {
  expect(markup`${undefined}|${0}|${''}|${[undefined, 1]}`.text).toBe('|0||1');
});

test.each([
  ['a null character', '\u0000'],
  ['an escape sequence of a terminal', '\u001B'],
  ['a letter that turns the direction of what follows', '\u202E'],
])('shows %s as unreadable', (_, character) => {
  expect(markup`${`a${character}b`}`.text).toBe('a\uFFFDb');
});

test('escapes every cell, heading and caption of a table', () => {
  const { text } = table({ caption: HOSTILE, head: [HOSTILE, HOSTILE], rows: [[HOSTILE, HOSTILE]] });
  expect(text.split(HARMLESS)).toHaveLength(7);
  expect(text).not.toContain('<script');
});
