import { readFile } from 'node:fs/promises';
import { type Document, isMap, parseDocument } from 'yaml';
import { keysOf, valueAt } from '../../config/schema-tree.ts';
import type { Draft } from './draft.ts';

/** Text of the configuration file: the old one with what changed, or a new one that names the preset. */
export function fileText(draft: Draft, before: string | undefined): string {
  const document: Document = before === undefined ? parseDocument(`preset: ${draft.source}\n`) : parseDocument(before);
  if (before === undefined)
    document.commentBefore =
      " Written by 'npx tsx cli/main.ts wizard'. Every setting, with its default and price: docs/configuration.md";
  const changes = draft.changes();
  if (before !== undefined && changes.length === 0) return before;
  const config = draft.resolve();
  for (const { path, value } of changes) {
    document.setIn(keysOf(path), value);
    // Another type takes away the keys that only the former one has.
    const group = path.endsWith('.type') ? keysOf(path).slice(0, -1) : [];
    const settings = group.length === 0 ? undefined : document.getIn(group);
    for (const { key } of isMap(settings) ? [...settings.items] : [])
      if (valueAt(config, [...group, String(key)]) === undefined) document.deleteIn([...group, String(key)]);
  }
  return document.toString({ lineWidth: 0 });
}

/** The text of a file; undefined when there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
