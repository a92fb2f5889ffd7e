import { describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { PRESET_NAMES } from '../../config/presets.ts';
import { load, loadFrom, valuesAt } from './loading.ts';

describe('what a configuration starts from', () => {
  test.each(PRESET_NAMES)('is the preset %s by name', (source) => {
    expect(load({ source }).base).toBe(`preset ${source}`);
  });

  test.each([
    ['development', 'minimal-dev'],
    ['staging', 'standard-dev'],
    ['production', 'production-ecs'],
    ['enterprise', 'enterprise'],
  ])('is for the environment %s the preset %s', (source, preset) => {
    expect(load({ source }).base).toBe(`preset ${preset}`);
    expect(load({ source }).config.environment).toBe(source);
  });

  test('is minimal-dev when nothing is named', () => {
    expect(load().base).toBe('preset minimal-dev');
  });

  test.each(['yaml', 'yml', 'json'])('is librechat.config.%s when nothing is named and it is there', (extension) => {
    const files = { [`librechat.config.${extension}`]: '{ "preset": "standard-dev", "stackName": "Found" }' };
    expect(loadFrom(files).config.stackName).toBe('Found');
  });

  test.each([
    ['my-config', 'my-config.yaml'],
    ['my-config', 'my-config.yml'],
    ['my-config', 'my-config.json'],
    ['my-config', 'my-config'],
    ['my-config.yaml', 'my-config.yaml'],
    ['my-config', 'config/my-config.yaml'],
    ['my-config.json', 'config/my-config.json'],
    ['./deep/down.yaml', 'deep/down.yaml'],
  ])('is for %s the file %s', (source, file) => {
    const files = { [file]: '{ "preset": "minimal-dev", "stackName": "Found" }' };
    const { base, config } = loadFrom(files, { source });
    expect([base, config.stackName]).toEqual([file, 'Found']);
  });

  test('is the file here before the one in config/', () => {
    const files = {
      'mine.json': '{ "preset": "minimal-dev" }',
      'config/mine.yaml': 'preset: enterprise',
    };
    expect(loadFrom(files, { source: 'mine' }).base).toBe('mine.json');
  });

  test('is named by the caller, context, variable and .env, in that order', () => {
    const files = { '.env': 'LIBRECHAT_CDK_CONFIG_SOURCE=enterprise' };
    const env = { LIBRECHAT_CDK_CONFIG_SOURCE: 'production-ecs' };
    const context = { configSource: 'production-ec2' };
    expect(loadFrom(files).base).toBe('preset enterprise');
    expect(loadFrom(files, { env }).base).toBe('preset production-ecs');
    expect(loadFrom(files, { env, context }).base).toBe('preset production-ec2');
    expect(loadFrom(files, { env, context, source: 'standard-dev' }).base).toBe('preset standard-dev');
    expect(loadFrom(files, { env, context, flags: ['configSource=minimal-dev'] }).base).toBe('preset minimal-dev');
  });

  test('may be a whole configuration without a preset', () => {
    const files = { 'own.yaml': 'mode: ec2\ndocumentStore: { type: container }' };
    expect(loadFrom(files, { source: 'own' }).config).toMatchObject({ mode: 'ec2', environment: 'development' });
  });
});

describe('precedence', () => {
  const file = 'preset: production-ecs\ndata:\n  backupRetentionDays: 20\n';
  const env = { LIBRECHAT_CDK_DATA_BACKUP_RETENTION_DAYS: '22' };
  const context = { 'data.backupRetentionDays': '23' };
  const flags = ['data.backupRetentionDays=24'];
  const dotenv = 'LIBRECHAT_CDK_DATA_BACKUP_RETENTION_DAYS=21';

  test.each<[string, Record<string, string>, ConfigSources, number, string]>([
    ['the environment', {}, { source: 'production' }, 14, 'environment production'],
    ['a file', { 'mine.yaml': file }, { source: 'mine' }, 20, 'mine.yaml:3'],
    [
      '.env',
      { 'mine.yaml': file, '.env': dotenv },
      { source: 'mine' },
      21,
      '.env LIBRECHAT_CDK_DATA_BACKUP_RETENTION_DAYS',
    ],
    [
      'a variable',
      { 'mine.yaml': file, '.env': dotenv },
      { source: 'mine', env },
      22,
      'variable LIBRECHAT_CDK_DATA_BACKUP_RETENTION_DAYS',
    ],
    [
      'context',
      { 'mine.yaml': file, '.env': dotenv },
      { source: 'mine', env, context },
      23,
      'context data.backupRetentionDays',
    ],
    [
      'a flag',
      { 'mine.yaml': file, '.env': dotenv },
      { source: 'mine', env, context, flags },
      24,
      '--set data.backupRetentionDays',
    ],
  ])('lets %s win over what comes before it, and names it as the source', (_, files, sources, value, source) => {
    expect(valuesAt(loadFrom(files, sources), 'data.backupRetentionDays')).toEqual([[value, source]]);
  });

  test('takes the defaults of the environment that is finally chosen', () => {
    const resolved = load({ source: 'production-ecs', flags: ['environment=development'] });
    expect(valuesAt(resolved, 'environment', 'data.removalPolicy')).toEqual([
      ['development', '--set environment'],
      ['destroy', 'environment development'],
    ]);
  });

  test('says default for what nobody set', () => {
    expect(valuesAt(load(), 'stackName', 'network.zones', 'access.logs')).toEqual([
      ['LibreChatStack', 'default'],
      [1, 'preset minimal-dev'],
      [false, 'default'],
    ]);
  });

  test('reads the context of cdk.json where the CDK does not hand it over', () => {
    const files = { 'cdk.json': '{ "context": { "stackName": "FromCdkJson", "@aws-cdk/core:x": true } }' };
    expect(valuesAt(loadFrom(files), 'stackName')).toEqual([['FromCdkJson', 'context stackName']]);
  });

  test('takes the last of two flags for one key', () => {
    expect(load({ flags: ['stackName=One', 'stackName=Two'] }).config.stackName).toBe('Two');
  });
});

describe('merging', () => {
  test('keeps the neighbors of a changed key and replaces lists', () => {
    const { config } = load({
      source: 'enterprise',
      flags: ['network.interfaceEndpoints=logs,ssm', 'network.zones=2', 'network.natGateways=2'],
    });
    expect(config.network).toMatchObject({ interfaceEndpoints: ['logs', 'ssm'], zones: 2, natGateways: 2 });
  });

  test('adds tags to those of lower sources', () => {
    const files = { 'mine.yaml': 'preset: minimal-dev\ntags: { team: ai, stage: dev }' };
    const { config } = loadFrom(files, { source: 'mine', flags: ['tags.stage=test', 'tags.cost.center=42'] });
    expect(config.tags).toEqual({ team: 'ai', stage: 'test', 'cost.center': '42' });
  });

  test('drops the keys of the branch that another type replaces', () => {
    const resolved = load({ source: 'production-ecs', flags: ['vectorStore.type=aurora'] });
    expect(resolved.config.vectorStore).toEqual({ type: 'aurora', minAcu: 0.5, maxAcu: 4, readers: 0 });
    expect(resolved.sources.has('vectorStore.instanceClass')).toBe(false);
  });

  test('keeps the keys that both branches have', () => {
    const files = {
      'mine.yaml':
        'preset: minimal-dev\naccess: { type: http, allowedCidrs: [10.0.0.0/8] }\ninstance: { loadBalancer: true }',
    };
    const flags = ['access.type=domain', 'access.domainName=chat.example.com', 'access.hostedZoneId=Z0123456789ABC'];
    expect(loadFrom(files, { source: 'mine', flags }).config.access).toMatchObject({
      type: 'domain',
      allowedCidrs: ['10.0.0.0/8'],
    });
  });

  test('drops instance when the mode becomes ecs, whatever the order of the variables', () => {
    const env = {
      LIBRECHAT_CDK_SERVICE_LIBRECHAT_MAX_TASKS: '1',
      LIBRECHAT_CDK_SERVICE_LIBRECHAT_MIN_TASKS: '1',
      LIBRECHAT_CDK_NETWORK_NAT_GATEWAYS: '1',
      LIBRECHAT_CDK_DOCUMENT_STORE_TYPE: 'documentdb',
      LIBRECHAT_CDK_MODE: 'ecs',
    };
    expect(load({ env }).config).not.toHaveProperty('instance');
  });

  test('takes away with null what a lower source set', () => {
    const files = { 'mine.yaml': 'preset: enterprise\nnetwork:\n  interfaceEndpoints: ~\ncompliance: null' };
    const { config } = loadFrom(files, { source: 'mine' });
    expect([config.network.interfaceEndpoints, config.compliance]).toEqual([[], []]);
  });

  test('does not change the presets', () => {
    load({ source: 'enterprise', flags: ['network.zones=2', 'tags.a=b'] });
    expect(resolvePreset('enterprise').network.zones).toBe(3);
  });
});

test('resolves a preset with changes, without looking outside', () => {
  const config = resolvePreset('production-ecs', { stackName: 'Other', vectorStore: { type: 'aurora' } });
  expect(config).toMatchObject({ stackName: 'Other', vectorStore: { type: 'aurora', maxAcu: 4 } });
});
