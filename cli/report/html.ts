/** Text that is HTML already; whatever is not gets escaped by {@link markup}. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a piece may hold: undefined is left out, lists are put one after the other. */
export type Part = Html | string | number | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** No character of a page, or one that turns the direction of the text behind it. */
// eslint-disable-next-line no-control-regex -- these are what is taken out
const UNPRINTABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

const escape = (text: string) =>
  text.replaceAll(UNPRINTABLE, '\uFFFD').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(textOf).join('') : escape(String(part));
}

/** A piece of the page: every value is escaped, in text as in attributes. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.map((literal, index) => literal + textOf(parts[index])).join(''));
}

/** A section with its heading; `lead` says in a sentence what is in it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly lead: Part;
  readonly body: Part;
}

export interface TableContent {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly Part[])[];
  /** Columns of amounts. */
  readonly numeric?: readonly number[];
}

/** A table that a narrow screen shows as cards; roles keep it a table for those who do not see it. */
export function table({ caption, head, rows, numeric = [] }: TableContent): Html {
  const kind = (index: number) => (numeric.includes(index) ? markup` class="number"` : undefined);
  const cells = ([first, ...others]: readonly Part[]) => [
    markup`<th scope="row" role="rowheader">${first}</th>`,
    others.map((cell, index) => markup`<td role="cell"${kind(index + 1)} data-label="${head[index + 1]}">${cell}</td>`),
  ];
  const heads = head.map((name, index) => markup`<th scope="col" role="columnheader"${kind(index)}>${name}</th>`);
  return markup`<table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => markup`<tr role="row">${cells(row)}</tr>\n`)}</tbody></table>
`;
}

/** Something to look at when asked for; printed as well. */
export const details = (summary: string, body: Part): Html =>
  markup`<details><summary>${summary}</summary>${body}</details>\n`;

export const badge = (kind: 'good' | 'warn' | 'bad' | 'plain', text: string): Html =>
  markup`<span class="badge ${kind}">${text}</span>`;

/** A long name that may be broken between its words. */
export const breakable = (name: string): Part =>
  name.split(/(?<=[/:.])|(?<=[a-z\d])(?=[A-Z])/).map((word, index) => (index === 0 ? word : markup`<wbr>${word}`));

export const code = (name: string): Html => markup`<code>${breakable(name)}</code>`;

/** A part of a bar that is as long as the longest value: from where, how far. What may be is drawn lighter. */
export function bar(whole: number, from: number, length: number, perhaps = 0): Html {
  const share = (value: number) => Math.round((1000 * value) / whole) / 10;
  const style = `margin-left:${share(from)}%;width:${Math.max(0.3, share(length))}%`;
  return markup`<span class="bar" aria-hidden="true"><span style="${style}"></span><span class="maybe" style="width:${share(perhaps)}%"></span></span>`;
}
