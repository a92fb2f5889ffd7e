import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configurationDocs } from '../../config/config-docs.ts';
import { fileSchema } from '../../config/json-schema.ts';
import { PRESETS } from '../../config/presets.ts';
import { loadFrom } from './loading.ts';

const DOCS = 'docs/configuration.md';
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  test("is what the schema says; else run 'npx tsx cli/main.ts config docs'", () => {
    expect(read(DOCS)).toBe(configurationDocs());
  });

  test('shows a file that is in order', () => {
    const [, yaml = ''] = /```yaml\n([^`]+)```/.exec(read(DOCS)) ?? [];
    const { config } = loadFrom({ 'my-config.yaml': yaml }, { source: 'my-config', flags: ['network.natGateways=2'] });
    expect(config).toMatchObject({ stackName: 'Chat', access: { type: 'domain' }, network: { natGateways: 2 } });
  });
});

test.each([
  ['.env.example', 'preset minimal-dev', { stackName: 'LibreChatStack' }],
  ['config/development.env.example', 'preset standard-dev', { tags: { team: 'ai', stage: 'development' } }],
  ['config/ecs-deployment.env.example', 'preset production-ecs', { access: { domainName: 'chat.example.com' } }],
])('%s is in order as a .env file', (path, base, wanted) => {
  const resolved = loadFrom({ '.env': read(path) });
  expect(resolved.base).toBe(base);
  expect(resolved.config).toMatchObject(wanted);
});

describe('the JSON Schema of a file', () => {
  const schema = fileSchema() as { anyOf: { properties: Record<string, unknown> }[] };

  test('knows every key that presets set, and those of files', () => {
    const [ec2, ecs] = schema.anyOf.map(({ properties }) => Object.keys(properties));
    for (const { mode, ...values } of Object.values(PRESETS)) {
      expect(mode === 'ec2' ? ec2 : ecs).toEqual(expect.arrayContaining(Object.keys(values)));
    }
    expect(ec2).toEqual(expect.arrayContaining(['$schema', 'preset', 'mode', 'instance']));
    expect(ec2).not.toContain('service');
  });

  test('demands no key, because a preset may have set it', () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(required|oneOf)":\[/);
  });
});
