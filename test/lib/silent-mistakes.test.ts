import { describe, expect, test } from 'vitest';
import { knownVariables } from '../../config/librechat/variables.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { branchesOf, branchName, schemasAt } from '../../config/schema-tree.ts';
import { refusal } from '../config/loading.ts';
import { containersOf, type DeployedContainer } from '../helpers/container-environments.ts';
import { EVERY_PRESET, ofType, preset, synthesize, type Template } from '../helpers/deployments.ts';

// Mistakes with which LibreChat was seen to start, be ready and answer 200: only a deployment can stop them. What a
// secret of the operator's holds is known at boot at the earliest; see the tests of write-environment.py and boot.sh.

const librechat = (template: Template): DeployedContainer => containersOf(template)['librechat']!;

/** Problems of a librechat.yaml, without where they stand. */
const inFile = (lines: string) =>
  refusal({ flags: ['librechatConfigFile=chat.yaml'] }, { 'chat.yaml': `version: 1.3.17\n${lines}` }).map((problem) =>
    problem.replace(/^chat\.yaml:\d+:\d+: /, ''),
  );

const inVariables = (...flags: string[]) =>
  refusal({ flags: flags.map((flag) => `librechatVariables=${flag}`) }).map((problem) =>
    problem.replace(/ \(--set \w+\)$/, ''),
  );

/** Everything that Secrets Manager may put into a generated secret. */
function recipe(template: Template, variable: string): { length: number; characters: string } {
  const { secret, field } = librechat(template).secrets[variable]!;
  const generated = template.Resources[secret]!.Properties['GenerateSecretString'] as Record<string, unknown>;
  expect({ field, punctuation: generated['ExcludePunctuation'], upper: generated['ExcludeUppercase'] }).toEqual({
    field: undefined,
    punctuation: true,
    upper: true,
  });
  const excluded = String(generated['ExcludeCharacters']);
  const characters = '0123456789abcdefghijklmnopqrstuvwxyz'
    .split('')
    .filter((one) => !excluded.includes(one))
    .join('');
  return { length: Number(generated['PasswordLength']), characters };
}

describe('passes silently in LibreChat, and is impossible here', () => {
  test.each(EVERY_PRESET)('CREDS_KEY or CREDS_IV of the wrong length, or not hexadecimal (%s)', (name) => {
    const { template } = preset(name);
    expect(recipe(template, 'CREDS_KEY')).toEqual({ length: 64, characters: '0123456789abcdef' });
    expect(recipe(template, 'CREDS_IV')).toEqual({ length: 32, characters: '0123456789abcdef' });
  });

  test.each(EVERY_PRESET)('no CREDS_KEY or JWT secret, so that each task makes up its own (%s)', (name) => {
    const given = Object.keys(librechat(preset(name).template).secrets);
    expect(given).toEqual(expect.arrayContaining(['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET']));
  });

  test('a bucket without its region', () => {
    const given = (fileStrategy: 'local' | 's3') =>
      Object.keys(librechat(synthesize('production-ecs', { features: { fileStrategy } }).template).variables);
    expect(given('s3')).toEqual(expect.arrayContaining(['AWS_BUCKET_NAME', 'AWS_REGION']));
    expect(given('local').filter((variable) => variable.startsWith('AWS_'))).toEqual([]);
  });

  test('a Redis that two stacks share, whose limits of sign-ins know no prefix', () => {
    const [schema] = schemasAt(['redis']);
    const { objects } = branchesOf(schema!)!;
    // Each makes its own; none leads to one that is there already.
    expect(objects.map((object) => branchName(object, 'type'))).toEqual(['none', 'container', 'elasticache']);
  });

  test('rediss:// to a Redis without TLS, at which LibreChat hangs', () => {
    const managed = preset('production-ecs').template;
    expect(JSON.stringify(librechat(managed).variables['REDIS_URI'])).toContain('"rediss://"');
    const [[, group] = []] = ofType(managed, 'AWS::ElastiCache::ReplicationGroup');
    expect(group?.Properties).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' });
    const contained = synthesize('production-ec2', { redis: { type: 'container' } }).template;
    expect(librechat(contained).variables['REDIS_URI']).toMatch(/^redis:\/\//);
  });

  test('an address of the site without its scheme', () => {
    for (const access of [{}, { type: 'http', allowedCidrs: ['10.0.0.0/8'] }] satisfies PartialConfig['access'][]) {
      const { DOMAIN_CLIENT, DOMAIN_SERVER } = librechat(synthesize('production-ecs', { access }).template).variables;
      expect(JSON.stringify(DOMAIN_CLIENT)).toMatch(/"https?:\/\//);
      expect(DOMAIN_SERVER).toEqual(DOMAIN_CLIENT);
    }
  });

  test('registration, or anything else, that only the literal true opens', () => {
    const kinds = knownVariables();
    for (const changes of [{}, { registration: { policy: 'open' } }] satisfies PartialConfig[]) {
      const { variables } = librechat(synthesize('standard-dev', changes).template);
      const booleans = Object.entries(variables).filter(([name]) => kinds.get(name) === 'boolean');
      expect(booleans.length).toBeGreaterThan(8);
      expect(booleans.filter(([, value]) => value !== 'true' && value !== 'false')).toEqual([]);
      expect(variables['ALLOW_REGISTRATION']).toBe(String('registration' in changes));
    }
  });
});

describe('passes silently in LibreChat, and is refused here before anything is made', () => {
  test('YAML with a syntax error, or without anything in it: LibreChat starts with defaults', () => {
    expect(inFile('a: [1')).not.toEqual([]);
    expect(refusal({ flags: ['librechatConfigFile=chat.yaml'] }, { 'chat.yaml': '' })).toHaveLength(1);
  });

  test('a missing file', () => {
    expect(refusal({ flags: ['librechatConfigFile=chat.yaml'] })).toHaveLength(1);
  });

  test('CONFIG_PATH with an address that nobody can reach', () => {
    expect(inVariables('CONFIG_PATH=https://example.com/librechat.yaml')).toEqual([
      'librechatVariables.CONFIG_PATH: librechatConfigFile decides about it: set that',
    ]);
    for (const name of EVERY_PRESET)
      expect(librechat(preset(name).template).variables['CONFIG_PATH']).toBe('/config/librechat.yaml');
  });

  test('a nested key that is dropped', () => {
    expect(inFile('interface:\n  modelSelekt: false')).toEqual([
      'interface.modelSelekt: LibreChat knows no such key: did you mean modelSelect?',
    ]);
  });

  test('a custom endpoint without apiKey, address, name or models', () => {
    expect(inFile('endpoints:\n  custom:\n    - titleConvo: true')).toEqual(
      ['name', 'apiKey', 'baseURL', 'models'].map(
        (key) => `endpoints.custom[0]: has no ${key}, without which LibreChat leaves the endpoint out`,
      ),
    );
  });

  test('${NAME} that nobody sets, that LibreChat keeps to itself, or that is no name', () => {
    const server = (value: string) =>
      inFile(`mcpServers:\n  a:\n    type: sse\n    url: https://x.example.com\n    headers:\n      X: ${value}`);
    const at = 'mcpServers.a.headers.X: ';
    expect(server('${NOBODY}')).toEqual([
      `${at}nothing sets NOBODY: add it to librechatSecretArns, or to librechatVariables if it is no secret`,
    ]);
    expect(server('${OPENAI_API_KEY}')).toHaveLength(1);
    expect(server('${JWT_SECRET}')).toEqual([`${at}LibreChat gives JWT_SECRET to nobody: use a secret of its own`]);
    expect(server('${A-B}')).toEqual([`${at}\${A-B} names no variable`]);
  });

  test('a misspelt variable', () => {
    expect(inVariables('APP_TITEL=Chat')).toEqual([
      'librechatVariables.APP_TITEL: LibreChat v0.8.8 reads no such variable: did you mean APP_TITLE?',
    ]);
  });

  test.each(['yes', 'on', '1', 'True', ''])('%j where only true opens', (value) => {
    expect(inVariables(`ALLOW_SHARED_LINKS=${value}`)).toEqual([
      `librechatVariables.ALLOW_SHARED_LINKS: LibreChat takes 'true' or 'false' here, got ${JSON.stringify(value)}`,
    ]);
  });

  test('a secret in the file, which LibreChat prints', () => {
    for (const [key, value] of [
      ['Authorization', 'Bearer 0123456789abcdef'],
      ['X-Api-Key', '0123456789abcdef'],
      ['X', 'sk-ant-api03-abcdefghijklmnop'],
      ['X', 'https://user:word@example.com'],
    ])
      expect(inFile(`endpoints:\n  all:\n    headers:\n      ${key}: ${value}`)).toEqual([
        `endpoints.all.headers.${key}: looks like a secret, and LibreChat writes this file to its log: store it, write \${NAME} here, and name its ARN in librechatSecretArns`,
      ]);
  });

  test('part of OpenID: LibreChat leaves the button out', () => {
    const flags = ['signIn.sso.type=openid', 'signIn.sso.issuer=https://login.example.com'];
    expect(refusal({ flags })).toEqual([
      expect.stringMatching(/^signIn\.sso\.clientId: missing/) as string,
      expect.stringMatching(/^signIn\.sso\.clientSecretArn: missing/) as string,
    ]);
    expect(inVariables('OPENID_ISSUER=https://login.example.com')).toEqual([
      'librechatVariables.OPENID_ISSUER: signIn.sso decides about it: set that',
    ]);
  });
});
