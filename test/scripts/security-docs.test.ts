import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { AUDIT_QUERIES } from '../../lib/constructs/security/audit-queries.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const section = read('docs/SECURITY.md').split('\n## Compliance')[1] ?? '';
const rows = section.split('\n').filter((line) => /^\| .*`test\//.test(line));

/** Tests that a row names: `` `file`: name ``, several by semicolons. */
const proofs = rows.flatMap((row) =>
  [...row.matchAll(/`(test\/[\w./-]+)`: ([^|;]+?) *(?=[|;])/g)].map(([, file = '', name = '']) => ({
    file,
    name,
    row,
  })),
);

test('every control of the compliance matrix names a test that exists', () => {
  expect(rows.length).toBeGreaterThan(20);
  const missing = proofs.filter(
    ({ file, name }) => !new RegExp(`['"\`][^'"\`\n]*${escaped(name)}['"\`]`).test(read(file)),
  );
  expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  expect(rows.filter((row) => !proofs.some((proof) => proof.row === row))).toEqual([]);
});

test('every row of the matrix is for a control', () => {
  for (const row of rows) expect(row).toMatch(/^\| (164\.3\d\d\(|\s*\| (CC|A|C|PI)\d)/);
});

test('the guides name every saved query of the trail, and no other', () => {
  const saved = Object.keys(AUDIT_QUERIES).map((name) => `audit${name.replaceAll(/([A-Z])/g, '-$1').toLowerCase()}`);
  const guides = ['SECURITY', 'INCIDENT_RESPONSE', 'ACCESS_REVIEW'].map((name) => read(`docs/${name}.md`));
  const named = guides.flatMap((text) => [...text.matchAll(/`(audit-[a-z-]+[a-z])`/g)].map(([, name]) => name));
  expect([...new Set(named)].sort()).toEqual(saved.sort());
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
