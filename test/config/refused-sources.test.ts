import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../config/deployment-config.ts';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { load, refusal } from './loading.ts';

const FILES = {
  'twice.yaml': 'preset: minimal-dev\nstackName: A\nstackName: B',
  'list.yaml': '- mode: ec2',
  'preset.yaml': 'preset: minimal\nstackName: Chat',
  'proto.yaml': 'preset: minimal-dev\n__proto__:\n  polluted: true',
  'production.yaml': 'preset: production-ec2',
  'folder.yaml/inside': '',
};

const MANY = `preset: production-ecs
instance:
  type: t4g.large
network:
  zones: three
  natGateway: 1
redis:
  type: none
acess:
  type: http
compliance: [hipaa]
`;

describe('a source', () => {
  test.each<[string, ConfigSources, string]>([
    [
      'an unknown preset',
      { source: 'standart-dev' },
      'configSource: no preset and no file is named "standart-dev": did you mean standard-dev? (command line)',
    ],
    [
      'an unknown preset in a file',
      { source: 'preset' },
      'preset: no preset is named "minimal": did you mean minimal-dev? (preset.yaml:1)',
    ],
    [
      'an empty name',
      { context: { configSource: '' } },
      'configSource: empty: name a preset (minimal-dev, standard-dev, production-ec2, production-ecs, enterprise) or a file (context configSource)',
    ],
    [
      'a name that is a preset and a file',
      { source: 'production' },
      'configSource: "production" is the preset production-ecs and the file production.yaml: write production-ecs or ./production.yaml (command line)',
    ],
    ['a file that is not there', { source: './none.yaml' }, 'none.yaml: cannot be read: no such file'],
    [
      'a folder instead of a file',
      { source: './folder.yaml' },
      'folder.yaml: cannot be read: it is a folder, a file is needed',
    ],
    ['a key that is there twice', { source: 'twice' }, 'twice.yaml: line 3: map keys must be unique'],
    ['a list instead of keys', { source: 'list' }, 'list.yaml: expected keys with values, got [{"mode":"ec2"}]'],
    [
      'a key that would reach into objects',
      { source: 'proto' },
      '__proto__: unknown key: there are mode, environment, stackName, account, region, librechatVersion, imageRegistry, network, access, documentStore, vectorStore, redis, features, embeddings, models, registration, signIn, mail, librechatConfigFile, librechatVariables, librechatSecretArns, data, monitoring, audit, tagging, tags, compliance, instance, service (proto.yaml:3)',
    ],
    [
      'an unknown variable',
      { env: { LIBRECHAT_CDK_NETWORK_NAT_GATEWAY: '1' } },
      'LIBRECHAT_CDK_NETWORK_NAT_GATEWAY: unknown variable: did you mean LIBRECHAT_CDK_NETWORK_NAT_GATEWAYS? (variable)',
    ],
    [
      'unknown context',
      { context: { 'network.natGatways': '1' } },
      'network.natGatways: unknown key: did you mean network.natGateways? (context network.natGatways)',
    ],
    [
      'context that means the source',
      { context: { preset: 'enterprise' } },
      'preset: unknown key: did you mean configSource? (context preset)',
    ],
    [
      'a flag without a value',
      { flags: ['stackName'] },
      '--set: expected path=value such as network.natGateways=1, got "stackName"',
    ],
  ])('refuses %s', (_, sources, message) => {
    expect(refusal(sources, FILES)).toEqual([message]);
  });
});

describe('several mistakes are told at once', () => {
  test('of one file, contradictions included', () => {
    expect(refusal({ source: 'many' }, { 'many.yaml': MANY }).sort()).toEqual([
      'acess: unknown key: did you mean access? (many.yaml:10)',
      "audit.trail: hipaa wants a record of who did what: 'own', or 'organization' where there is one (default)",
      "instance: exists with mode 'ec2' only, and mode is 'ecs': remove it, or set mode to 'ec2' (many.yaml:3)",
      'monitoring.logRetentionDays: hipaa wants logs of a year: 365 or more, got 90 (environment production)',
      'network.flowLogs: hipaa wants a record of connections: true (environment production)',
      'network.natGateway: unknown key: did you mean network.natGateways? (many.yaml:6)',
      'network.zones: expected a whole number from 1 to 3, got "three" (many.yaml:5)',
      "redis.type: 6 LibreChat tasks share sessions and streams through Redis: set 'elasticache', or service.librechat.maxTasks to 1 (many.yaml:8)",
    ]);
  });

  test('of numbers that should be text', () => {
    expect(
      refusal(
        { source: 'account' },
        { 'account.yaml': 'preset: minimal-dev\naccount: 123456789012\ntags:\n  cost: 42' },
      ),
    ).toEqual([
      'account: expected text, got 123456789012: put it in quotes (account.yaml:2)',
      'tags.cost: expected text of at most 256 characters, got 42: put it in quotes (account.yaml:4)',
    ]);
  });

  test('of broken YAML, with their lines', () => {
    const messages = refusal(
      { source: 'broken' },
      { 'broken.yaml': 'preset: minimal-dev\nnetwork:\n  zones: [1\nfeatures: x: y' },
    );
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) expect(message).toMatch(/^broken\.yaml: line \d+: /);
  });

  test('of a file that names no preset and lacks what is needed', () => {
    expect(refusal({ source: 'no-preset' }, { 'no-preset.yaml': 'stackName: Chat' })).toEqual([
      "mode: missing: set 'ec2' or 'ecs', or start from a preset (in a file: 'preset: minimal-dev')",
      "documentStore.type: missing: set 'container', 'documentdb' or 'external'",
    ]);
  });

  test('of every source, also when what to start from cannot be found', () => {
    expect(
      refusal({
        source: 'none',
        flags: ['network.zones=x', 'service.librechat.minTasks=3'],
        env: { LIBRECHAT_CDK_FOO: '1' },
        context: { 'features.serch': 'true' },
      }),
    ).toEqual([
      'configSource: no preset and no file is named "none": presets are minimal-dev, standard-dev, production-ec2, production-ecs, enterprise; a file may lie here or in config/ (command line)',
      'LIBRECHAT_CDK_FOO: unknown variable: see docs/configuration.md, or remove it (variable)',
      'features.serch: unknown key: did you mean features.search? (context features.serch)',
      'network.zones: expected a whole number from 1 to 3, got "x" (--set network.zones)',
    ]);
  });
});

test('the error carries the problems as data', () => {
  try {
    load({ flags: ['network.zones=9'] });
    expect.unreachable();
  } catch (error) {
    expect((error as ConfigError).problems).toEqual([
      {
        path: 'network.zones',
        message: 'expected a whole number from 1 to 3, got 9',
        source: '--set network.zones',
      },
    ]);
  }
});
