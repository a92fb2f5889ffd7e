import { readFileSync } from 'node:fs';
import { configSchema } from 'librechat-data-provider';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { librechatYaml } from '../../lib/constructs/compute/librechat-config.ts';
import { EVERY_PRESET, ofType, synthesize, type Template } from '../helpers/deployments.ts';

const KNOWN = new Set(
  readFileSync(new URL('../fixtures/librechat-variables.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
);

const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mine-AbCdEf';

/** Configurations that between them set every variable. */
const VARIANTS: Readonly<Record<string, [PresetName, PartialConfig]>> = {
  ...Object.fromEntries(EVERY_PRESET.map((name) => [name, [name, {}]])),
  'keys of providers': [
    'production-ecs',
    { models: { providerKeySecretArns: { openai: secret, anthropic: secret, google: secret } } },
  ],
  'one task without Redis': [
    'production-ecs',
    { redis: { type: 'none' }, service: { librechat: { minTasks: 1, maxTasks: 1 } } },
  ],
  'registration by domain': [
    'production-ecs',
    { registration: { policy: 'domains', allowedDomains: ['example.com'] }, models: { bedrock: { enabled: false } } },
  ],
};

interface Named {
  readonly Name: string;
  readonly Value: unknown;
}

/** Variables of LibreChat's container, with what the template says of them. */
function librechatVariables({ Resources }: Template): Map<string, unknown> {
  for (const [, { Properties }] of ofType({ Resources, Outputs: {} }, 'AWS::ECS::TaskDefinition')) {
    for (const { Name, Environment = [], Secrets = [] } of Properties['ContainerDefinitions']) {
      if (Name !== 'librechat') continue;
      return new Map([...Environment, ...Secrets].map((item: Named) => [item.Name, item.Value]));
    }
  }
  const [settings] = ofType({ Resources, Outputs: {} }, 'AWS::SSM::Parameter');
  const text = JSON.stringify(settings?.[1].Properties['Value']).replaceAll('\\"', '"');
  const librechat = text.slice(
    text.indexOf('"librechat":{'),
    text.indexOf('}}', text.indexOf('"librechat":{"variables"')),
  );
  return new Map(
    [...librechat.matchAll(/"([A-Z][A-Z0-9_]+)":("(?:[^"\\]*)")?/g)].map(([, name = '', value]) => [name, value]),
  );
}

describe.each(Object.entries(VARIANTS))('%s', (_, [name, changes]) => {
  const { template, config } = synthesize(name, changes);
  const variables = librechatVariables(template);

  test('gives LibreChat only variables that it reads', () => {
    expect(variables.size).toBeGreaterThan(15);
    expect([...variables.keys()].filter((variable) => !KNOWN.has(variable))).toEqual([]);
  });

  test('gives groups of variables whole', () => {
    for (const group of [
      ['AWS_BUCKET_NAME', 'AWS_REGION'],
      ['REDIS_URI', 'REDIS_PASSWORD', 'REDIS_KEY_PREFIX'],
      ['MEILI_HOST', 'MEILI_MASTER_KEY'],
      ['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET', 'MONGO_URI'],
      ['BEDROCK_AWS_DEFAULT_REGION', 'BEDROCK_AWS_MODELS'],
    ]) {
      const given = group.filter((variable) => variables.has(variable));
      expect([0, group.length]).toContain(given.length);
    }
  });

  test("writes a librechat.yaml that LibreChat's own schema accepts", () => {
    const result = configSchema.strict().safeParse(parse(librechatYaml(config)));
    expect(
      result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    ).toEqual([]);
  });
});

test('says secure cookies over HTTPS only', () => {
  const secure = (changes: PartialConfig) =>
    librechatVariables(synthesize('production-ecs', changes).template).get('SESSION_COOKIE_SECURE');
  expect(secure({})).toBe('true');
  expect(secure({ access: { type: 'http', allowedCidrs: ['10.0.0.0/8'] } })).toBe('false');
});

test('counts the proxies: CloudFront and balancer, balancer alone', () => {
  const hops = (changes: PartialConfig) =>
    librechatVariables(synthesize('production-ecs', changes).template).get('TRUST_PROXY');
  expect(hops({})).toBe('2');
  expect(hops({ access: { type: 'http', allowedCidrs: ['10.0.0.0/8'] } })).toBe('1');
});

test('keeps connections longer than the balancer does', () => {
  const { template } = synthesize('production-ecs');
  const idle = JSON.stringify(
    ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0]?.[1].Properties['LoadBalancerAttributes'],
  );
  const [, seconds] = /idle_timeout.timeout_seconds","Value":"(\d+)"/.exec(idle) ?? [];
  expect(Number(librechatVariables(template).get('HTTP_KEEP_ALIVE_TIMEOUT_MS'))).toBeGreaterThan(
    Number(seconds) * 1000,
  );
});
