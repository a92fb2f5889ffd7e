/**
 * Writes test/fixtures/taggable-types.json: the property in which each type of the presets' templates takes tags, and
 * null for those that take none.
 *
 *     npx --no-install tsx scripts/generate-taggable-types.ts [--check]
 *
 * From the registry schemas that cfn-lint carries, so that neither an account nor the network is needed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { pythonEnv } from '../rehearsal/python-env.ts';
import { EVERY_PRESET, preset } from '../test/helpers/deployments.ts';
import { testRequirements } from './lib/requirements.ts';

const TARGET = fileURLToPath(new URL('../test/fixtures/taggable-types.json', import.meta.url));

const READ_SCHEMAS = `
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as manager

types = {}
for type in sys.argv[1:]:
    schema = manager.get_resource_schema("us-east-1", type).schema
    tagging = schema.get("tagging") or {"taggable": schema.get("taggable", "Tags" in schema["properties"])}
    name = tagging.get("tagProperty", "/properties/Tags").rsplit("/", 1)[-1]
    types[type] = name if tagging.get("taggable", True) and name in schema["properties"] else None
print(json.dumps(types))
`;

const types = new Set(
  EVERY_PRESET.flatMap((name) => Object.values(preset(name).template.Resources).map(({ Type }) => Type)),
);
const python = await pythonEnv({ requirements: testRequirements });
const ofAws = [...types].filter((type) => type.startsWith('AWS::')).sort();
const data = execFileSync(python, ['-c', READ_SCHEMAS, ...ofAws], { encoding: 'utf8' });
const text = await format(data, { ...(await resolveConfig(TARGET)), parser: 'json' });
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(
    'test/fixtures/taggable-types.json is stale: run npx --no-install tsx scripts/generate-taggable-types.ts',
  );
  process.exitCode = 1;
}
