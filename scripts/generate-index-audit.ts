/**
 * Writes the audit in docs/DOCUMENTDB_SETUP.md: what becomes of each index of LibreChat's models, on either server.
 *
 *     npx --no-install tsx scripts/generate-index-audit.ts [--check]
 *
 * Only counts: what differs, and why, is decided in lambda/init-docdb/librechat-indexes.json, which the initializer
 * works from. An index with a `documentDb` part is transformed where the server refuses the original, all others are
 * asked for as they are. A test lets the initializer do it and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

interface Index {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly documentDb?: { readonly options: Readonly<Record<string, unknown>>; readonly reason: string };
}
interface Collection {
  readonly name: string;
  readonly model: string;
  readonly indexes: readonly Index[];
}

const SOURCE = fileURLToPath(new URL('../lambda/init-docdb/librechat-indexes.json', import.meta.url));
const TARGET = fileURLToPath(new URL('../docs/DOCUMENTDB_SETUP.md', import.meta.url));
const [START, END] = ['<!-- audit: made by scripts/generate-index-audit.ts -->', '<!-- end of audit -->'] as const;
/** Kinds worth a column: those that change what the application may write, or that delete. */
const KINDS = { unique: 'unique', TTL: 'expireAfterSeconds', partial: 'partialFilterExpression', sparse: 'sparse' };

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const transformed = (indexes: readonly Index[]) => indexes.filter(({ documentDb }) => documentDb !== undefined);

function counts(indexes: readonly Index[]): (string | number)[] {
  const kinds = Object.values(KINDS).map((option) => indexes.filter(({ options }) => option in options).length);
  const differing = transformed(indexes).length;
  const documentDb = [`${indexes.length - differing} present`, ...(differing > 0 ? [`${differing} transformed`] : [])];
  return [indexes.length, ...kinds, `${indexes.length} present`, documentDb.join(', ')];
}

function audit(source: string, collections: readonly Collection[]): string {
  const all = collections.flatMap(({ indexes }) => indexes);
  const different = collections.flatMap(({ name, indexes }) =>
    transformed(indexes).map((index) =>
      row([
        code(`${name}.${index.name}`),
        code(index.options['partialFilterExpression']),
        code(index.documentDb?.options['partialFilterExpression']),
        index.documentDb?.reason ?? '',
      ]),
    ),
  );
  const total = `${all.length} indexes of ${collections.length} models in ${source}`;
  const outcome = `${all.length - different.length} present, ${different.length} transformed, 0 left out`;
  const columns = ['model', 'collection', 'indexes', ...Object.keys(KINDS), 'MongoDB', 'DocumentDB 5.0'];
  return [
    `${total}. MongoDB: ${all.length} present, 0 transformed, 0 left out. DocumentDB 5.0: ${outcome}.`,
    [
      row(['transformed', 'LibreChat asks for the filter', 'DocumentDB gets', 'because']),
      row(['---', '---', '---', '---']),
      ...different,
    ].join('\n'),
    [
      row(columns),
      row(columns.map(() => '---')),
      ...collections.map(({ name, model, indexes }) => row([model, code(name), ...counts(indexes)])),
    ].join('\n'),
  ].join('\n\n');
}

const { source, collections } = JSON.parse(readFileSync(SOURCE, 'utf8')) as {
  source: string;
  collections: readonly Collection[];
};
const document = readFileSync(TARGET, 'utf8');
const [before, rest] = document.split(START);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${TARGET} must hold the lines ${START} and ${END}`);
const made = audit(source, collections);
const text = await format(`${before}${START}\n\n${made}\n\n${END}${after}`, {
  ...(await resolveConfig(TARGET)),
  parser: 'markdown',
});
console.log(made.split('\n')[0]);
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (document !== text) {
  console.error('docs/DOCUMENTDB_SETUP.md is stale: run npx --no-install tsx scripts/generate-index-audit.ts');
  process.exitCode = 1;
}
