import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { load, loadFrom, refusal } from './loading.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mine-AbCdEf';
const chat = ['librechatConfigFile=chat.yaml'];
const SILENTLY = 'LibreChat knows no such key';

/** Problems of a librechat.yaml with these lines after its version. */
const problems = (lines: string, ...flags: string[]) =>
  refusal({ flags: [...chat, ...flags] }, { 'chat.yaml': `version: 1.3.17\n${lines}` });

describe("a user's own librechat.yaml", () => {
  test.each<[string, string, string]>([
    [
      'broken YAML',
      'a: [1\nb: 2',
      '3:1: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a key that is there twice', 'version: 1.3.18', '2:1: map keys must be unique'],
    ['an alias of nothing', 'a: *none', '1:1: unresolved alias (the anchor must be set before the alias): none'],
    ['a key on the top level', 'cach: true', `2:1: cach: ${SILENTLY}: did you mean cache?`],
    [
      'a nested key',
      'interface:\n  prompts:\n    uses: true',
      `4:5: interface.prompts.uses: ${SILENTLY}: did you mean use?`,
    ],
    [
      'a key in a list of what may be several things',
      'endpoints:\n  azureOpenAI:\n    groups:\n      - group: a\n        apiKey: user_provided\n        models: {}\n        modell: {}',
      `8:9: endpoints.azureOpenAI.groups[0].modell: ${SILENTLY}: did you mean models?`,
    ],
    [
      'a key of one kind of MCP server',
      'mcpServers:\n  tickets:\n    type: sse\n    url: https://x.example.com\n    timout: 5',
      `6:5: mcpServers.tickets.timout: ${SILENTLY}: did you mean timeout?`,
    ],
    [
      'a key without anything like it',
      'turnstile:\n  siteKey: a\n  zzzzzz: 1',
      `4:3: turnstile.zzzzzz: ${SILENTLY}: there are siteKey, options`,
    ],
    [
      'a wrong type',
      'fileConfig:\n  serverFileSizeLimit: big',
      '3:3: fileConfig.serverFileSizeLimit: expected number, received string',
    ],
    [
      'a wrong choice',
      'memory:\n  agent: {}\nimageOutputType: gif',
      "4:1: imageOutputType: invalid enum value. Expected 'png' | 'webp' | 'jpeg', received 'gif'",
    ],
    [
      'an address that LibreChat would fail at',
      'mcpServers:\n  tickets:\n    type: streamable-http\n    url: nonsense',
      '3:3: mcpServers.tickets: invalid URL',
    ],
  ])('is refused for %s, with line and column', (_, lines, message) => {
    expect(problems(lines)).toContain(`chat.yaml:${message}`);
  });

  test('is refused when it is empty or no group of keys', () => {
    const message = 'chat.yaml:1:1: expected keys with values: LibreChat would start with its defaults';
    for (const text of ['', '- version: 1.3.17', '# nothing\n'])
      expect(refusal({ flags: chat }, { 'chat.yaml': text })).toEqual([message]);
  });

  test('is refused without version, or with a number for one', () => {
    const refused = (text: string) => refusal({ flags: chat }, { 'chat.yaml': text });
    expect(refused('cache: true')).toEqual(['chat.yaml:1:1: version: required']);
    expect(refused('cache: true\nversion: 1.3')).toEqual(['chat.yaml:2:1: version: expected string, received number']);
  });

  test('is looked for from the file that names it, else from here', () => {
    const files = {
      'config/my.yaml': 'preset: minimal-dev\nlibrechatConfigFile: chat.yaml',
      'config/chat.yaml': 'version: "1"',
    };
    expect(loadFrom(files, { source: 'my' }).config.librechatConfigFile).toMatch(/\/config\/chat\.yaml$/);
    expect(loadFrom({ 'chat.yaml': 'version: "1"' }, { flags: chat }).config.librechatConfigFile).toMatch(
      /\/chat\.yaml$/,
    );
    expect(refusal({ flags: chat }, files)).toEqual([
      'librechatConfigFile: chat.yaml cannot be read: no such file (--set librechatConfigFile)',
    ]);
  });

  test('is not held to the keys of a release that it is not for', () => {
    const sources: ConfigSources = { flags: [...chat, 'librechatVersion=v0.8.9'] };
    expect(loadFrom({ 'chat.yaml': 'version: 1.3.18\ninterface:\n  newKey: 1' }, sources).config.mode).toBe('ec2');
  });
});

describe('what the deployment decides', () => {
  test.each<[string, string, string, string[]]>([
    ['where files go', 'fileStrategy: s3', '2:1: fileStrategy: features.fileStrategy', []],
    ['where each kind of file goes', 'fileStrategies:\n  image: s3', '2:1: fileStrategies: features.fileStrategy', []],
    [
      'CloudFront for files',
      'cloudfront:\n  domain: https://cdn.example.com',
      '2:1: cloudfront: features.fileStrategy',
      [],
    ],
    [
      'whose domains are let in',
      'registration:\n  allowedDomains: [example.org]',
      '3:3: registration.allowedDomains: registration.allowedDomains',
      ['registration.policy=domains', 'registration.allowedDomains=example.com'],
    ],
    [
      'the ways in by a provider',
      'registration:\n  socialLogins: [google]',
      '3:3: registration.socialLogins: signIn.sso.type',
      [],
    ],
    [
      'models of Bedrock',
      'endpoints:\n  bedrock:\n    models: [a]',
      '4:5: endpoints.bedrock.models: models.bedrock.modelIds',
      [],
    ],
    [
      'Bedrock itself',
      'endpoints:\n  bedrock:\n    streamRate: 1',
      '3:3: endpoints.bedrock: models.bedrock.enabled',
      ['models.bedrock.enabled=false'],
    ],
  ])('is refused in the file when it says otherwise: %s', (_, lines, message, flags) => {
    expect(problems(lines, ...flags)).toEqual([`chat.yaml:${message} decides about it: remove it here, and set that`]);
  });

  test('may stand in the file when it says the same', () => {
    const text = 'version: 1.3.17\nregistration:\n  allowedDomains: [example.com]\n  socialLogins: []\n';
    const flags = [...chat, 'registration.policy=domains', 'registration.allowedDomains=example.com'];
    expect(loadFrom({ 'chat.yaml': text }, { flags }).config.registration.policy).toBe('domains');
  });
});

describe('variables and secrets for LibreChat', () => {
  const variables = (...values: string[]) => values.map((value) => `librechatVariables=${value}`);
  test.each<[string, string[], string]>([
    [
      'one that the deployment sets',
      variables('TRUST_PROXY=3'),
      'librechatVariables.TRUST_PROXY: access decides about it: set that',
    ],
    [
      'one that the deployment sets with other settings',
      variables('REDIS_URI=redis://mine:6379'),
      'librechatVariables.REDIS_URI: redis decides about it: set that',
    ],
    [
      'one of its own',
      variables('NODE_ENV=development'),
      'librechatVariables.NODE_ENV: the deployment sets it itself: remove it',
    ],
    [
      'a secret in clear, by its name',
      variables('GROQ_API_KEY=gsk0abcdefghijkl'),
      'librechatVariables.GROQ_API_KEY: looks like a secret, and everybody who may read the stack would see it: store it, and name its ARN in librechatSecretArns',
    ],
    [
      'a secret in clear, by its value',
      variables('HELP_AND_FAQ_URL=https://user:word@example.com'),
      'librechatVariables.HELP_AND_FAQ_URL: looks like a secret, and everybody who may read the stack would see it: store it, and name its ARN in librechatSecretArns',
    ],
    [
      'a reference that nobody would resolve',
      variables('APP_TITLE={{resolve:ssm:title}}'),
      'librechatVariables.APP_TITLE: CloudFormation would not resolve it here: use librechatSecretArns',
    ],
    [
      'one that also is a secret',
      [...variables('APP_TITLE=Chat'), `librechatSecretArns=APP_TITLE=${arn}`],
      'librechatSecretArns.APP_TITLE: also stands in librechatVariables: remove one of them',
    ],
    [
      'one that switches the checks off',
      variables('CONFIG_BYPASS_VALIDATION=true'),
      'librechatVariables.CONFIG_BYPASS_VALIDATION: LibreChat would run with a librechat.yaml that it does not understand',
    ],
    [
      'a name in small letters',
      variables('app_title=Chat'),
      'librechatVariables.app_title: expected a name in capitals such as APP_TITLE, got "app_title"',
    ],
    [
      'a secret where its ARN belongs, without showing it',
      ['librechatSecretArns=GROQ_API_KEY=gsk0abcdefghijkl'],
      'librechatSecretArns.GROQ_API_KEY: expected the complete ARN of a Secrets Manager secret with the six characters at its end, got something else: store the value in a secret, and give its ARN',
    ],
  ])('are refused for %s', (_, flags, message) => {
    expect(refusal({ flags }).map((problem) => problem.replace(/ \(--set \w+\)$/, ''))).toEqual([message]);
  });

  test('are refused when the machine would not have room for them', () => {
    const flags = variables(`CUSTOM_FOOTER=${'x'.repeat(1500)}`);
    expect(refusal({ flags })).toEqual([
      'librechatVariables: the machine of mode ec2 takes 1200 characters of variables, secrets and certificate of your own, got 1519: shorten or drop some, or write what is no secret into librechat.yaml (--set librechatVariables)',
    ]);
    expect(load({ source: 'production-ecs', flags }).config.mode).toBe('ecs');
  });

  test('may have any name that the file mentions, and keys that each person gives', () => {
    const text = 'version: 1.3.17\nwebSearch:\n  serperApiKey: ${SERPER_API_KEY}\nocr:\n  apiKey: ${OUR_OCR_KEY}\n';
    const flags = [...chat, `librechatSecretArns=OUR_OCR_KEY=${arn}`, ...variables('GROQ_API_KEY=user_provided')];
    expect(loadFrom({ 'chat.yaml': text }, { flags }).config.librechatSecretArns).toEqual({ OUR_OCR_KEY: arn });
  });
});

test('the file that every deployment without its own starts from is in order itself', () => {
  const flags = [`librechatConfigFile=${resolve('config/librechat.yaml')}`];
  expect(load({ flags }).config.librechatConfigFile).toMatch(/config\/librechat\.yaml$/);
});
