/**
 * Writes docs/policies/*.json, what deploying each preset and cleaning up must be allowed, and their table in
 * docs/AWS_AUTHENTICATION.md.
 *
 *     npx --no-install tsx scripts/generate-deploy-policies.ts [--check]
 *
 * From the templates' resource types and the permissions that CloudFormation's own schemas name, and from the calls in
 * the sources of the command.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { resolvePreset } from '../config/deployment-config.ts';
import { PRESET_NAMES } from '../config/presets.ts';
import { templateOf } from '../test/sweeps/templates.ts';
import { cleanupPolicy } from './lib/cleanup-policy.ts';
import { charactersOf, deployPolicies } from './lib/deploy-policy.ts';
import { writeBlock } from './lib/generated-block.ts';
import { permissionsOf } from './lib/schema-permissions.ts';

const FOLDER = resolve(import.meta.dirname, '../docs/policies');
const STACK = 'LibreChatStack';

const typesOf = PRESET_NAMES.map((preset) => {
  const { Resources } = templateOf(resolvePreset(preset));
  return [preset, [...new Set(Object.values(Resources).map(({ Type }) => Type))]] as const;
});
const permissions = await permissionsOf([...new Set(typesOf.flatMap(([, types]) => types))].sort());
const rows: string[] = [];
const texts: [name: string, json: string][] = [];
for (const [preset, types] of typesOf) {
  const needed = Object.fromEntries(
    types.flatMap((type) => (type in permissions ? [[type, permissions[type] ?? []]] : [])),
  );
  const documents = deployPolicies(needed, STACK);
  const names = documents.map((_, index) => `deploy-${preset}-${index + 1}.json`);
  documents.forEach((document, index) => {
    texts.push([names[index] ?? '', JSON.stringify(document)]);
  });
  const actions = documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
  const links = names.map((name) => `[${name}](policies/${name})`).join(', ');
  rows.push(
    `| ${preset} | ${types.length} | ${actions.length} | ${Math.max(...documents.map(charactersOf))} | ${links} |`,
  );
}
texts.push(['cleanup.json', JSON.stringify(await cleanupPolicy(STACK))]);
for (const [name, json] of texts) write(name, await format(json, { ...(await resolveConfig(FOLDER)), parser: 'json' }));
await writeBlock('docs/AWS_AUTHENTICATION.md', [
  '| preset | resource types | actions | characters of the largest, at most 6144 | policies |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
]);

function write(name: string, text: string): void {
  const path = resolve(FOLDER, name);
  if (!process.argv.includes('--check')) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
    return;
  }
  if (readFileSync(path, 'utf8') === text) return;
  console.error(`docs/policies/${name} is stale: run npx --no-install tsx scripts/generate-deploy-policies.ts`);
  process.exitCode = 1;
}
