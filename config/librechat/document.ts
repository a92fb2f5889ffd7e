import { createRequire } from 'node:module';
import type { LineCounter, Node, YAMLMap, YAMLSeq } from 'yaml';
import { decapitalized } from '../problems.ts';

type Keys = readonly (string | number)[];

/** A mistake in a file. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A file in YAML whose values know where they stand. */
export interface LocatedDocument {
  /** Undefined when there are mistakes in the YAML itself. */
  readonly content: unknown;
  readonly mistakes: readonly Mistake[];

  /** A mistake at a key or item; where that is missing, at what should have it. */
  readonly at: (path: Keys, message: string) => Mistake;
}

/** Reads YAML as LibreChat does. */
export function readDocument(text: string): LocatedDocument {
  // Loaded by require and here: configurations without a file of their own do without.
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const mistakes = [...document.errors, ...document.warnings].map(({ pos, message }) =>
    mistake(lines, pos[0], decapitalized(message)),
  );
  let content: unknown;
  try {
    content = mistakes.length > 0 ? undefined : document.toJS();
  } catch (error) {
    // An alias of nothing, or of itself.
    mistakes.push(mistake(lines, 0, decapitalized((error as Error).message)));
  }
  const offsetOf = (path: Keys) => {
    let node: Node | null = document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const key of path) {
      if (yaml.isAlias(node)) node = node.resolve(document) ?? null;
      const found = yaml.isMap(node) ? entry(node, key) : yaml.isSeq(node) ? item(node, key) : undefined;
      if (found === undefined) break;
      offset = found.offset ?? offset;
      node = found.value;
    }
    return offset;
  };
  return { content, mistakes, at: (path, message) => mistake(lines, offsetOf(path), message) };
}

interface Found {
  readonly offset: number | undefined;
  readonly value: Node | null;
}

function entry(map: YAMLMap, key: string | number): Found | undefined {
  const pair = map.items.find((candidate) => String(candidate.key) === String(key));
  return pair === undefined ? undefined : { offset: (pair.key as Node).range?.[0], value: pair.value as Node | null };
}

function item(sequence: YAMLSeq, key: string | number): Found | undefined {
  const value = sequence.items[Number(key)] as Node | null | undefined;
  return value === undefined ? undefined : { offset: value?.range?.[0], value };
}

function mistake(lines: LineCounter, offset: number, message: string): Mistake {
  const { line, col } = lines.linePos(offset);
  return { line, column: col, message };
}
