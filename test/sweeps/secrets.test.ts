import { describe, expect, test } from 'vitest';
import { compareTemplates } from '../../lib/utils/replacement.ts';
import { EVERY_PRESET, ofType, preset, synthesize, type Resource, type Template } from '../helpers/deployments.ts';
import { WAYS_IN } from './ways-in.ts';

const KEYS = {
  openai: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:openai-AbCdEf',
  google: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:google-AbCdEf',
};
const DEPLOYMENTS = [
  ...EVERY_PRESET.map((name) => [name, preset(name)] as const),
  [
    'production-ecs with keys of providers',
    synthesize('production-ecs', { models: { providerKeySecretArns: KEYS } }),
  ] as const,
  [
    'minimal-dev with keys of providers',
    synthesize('minimal-dev', { models: { providerKeySecretArns: KEYS } }),
  ] as const,
  ...(['production-ecs', 'minimal-dev'] as const).flatMap((name) =>
    ['OpenID alone, with everything', 'SAML alone', 'a file, variables and secrets of their own'].map(
      (way) => [`${name} with ${way}`, synthesize(name, WAYS_IN[way])] as const,
    ),
  ),
  [
    'production-ecs with a MongoDB of their own',
    synthesize('production-ecs', { documentStore: { type: 'external', uriSecretArn: KEYS.google } }),
  ] as const,
];

/** The secrets that a value names: those of the stack by logical id, those of others by ARN. */
function secretsIn(value: unknown, { Resources }: Template): string[] {
  const text = JSON.stringify(value ?? null);
  const own = [...text.matchAll(/"Ref":"(\w+)"/g)]
    .map(([, id = '']) => id)
    .filter((id) => Resources[id]?.Type === 'AWS::SecretsManager::Secret');
  const others = [...text.matchAll(/arn:aws:secretsmanager:[\w-]+:\d+:secret:[\w-]+/g)].map(([arn]) => arn);
  return [...new Set([...own, ...others])].sort();
}

const idOf = (reference: unknown) => /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(JSON.stringify(reference))?.[1] ?? '';

/** For each role that may read secrets: which. */
function readers(template: Template): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [, { Properties }] of ofType(template, 'AWS::IAM::Policy')) {
    const statements = Properties['PolicyDocument'].Statement as { Action: string | string[]; Resource: unknown }[];
    const granted = statements.filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'));
    for (const { Resource } of granted) expect([Resource].flat()).not.toContain('*');
    const secrets = secretsIn(
      granted.map(({ Resource }) => Resource),
      template,
    );
    for (const role of granted.length > 0 ? Properties['Roles'] : []) {
      found[idOf(role)] = [...new Set([...(found[idOf(role)] ?? []), ...secrets])].sort();
    }
  }
  return found;
}

/** For each role that something runs with: the secrets which that is given. */
function users(template: Template): Record<string, string[]> {
  const given: [string, string[]][] = [
    ...ofType(template, 'AWS::ECS::TaskDefinition').map(([, task]): [string, string[]] => [
      idOf(task.Properties['ExecutionRoleArn']),
      secretsIn(
        task.Properties['ContainerDefinitions'].map(({ Secrets }: { Secrets: unknown }) => Secrets),
        template,
      ),
    ]),
    ...ofType(template, 'AWS::IAM::InstanceProfile')
      // A NAT instance only passes on.
      .filter(([id]) => id.startsWith('Compute'))
      .map(([, profile]): [string, string[]] => [
        idOf(profile.Properties['Roles']),
        secretsIn(
          ofType(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties['Value'] as unknown),
          template,
        ),
      ]),
    ...['Custom::LibreChatPostgres', 'Custom::LibreChatDocumentDb']
      .flatMap((type) => ofType(template, type))
      .map(([id, { Properties }]): [string, string[]] => [
        initializerRole(id, template),
        secretsIn([Properties['MasterSecretArn'], Properties['AppSecretArn']], template),
      ]),
  ];
  return Object.fromEntries(given.filter(([, secrets]) => secrets.length > 0));
}

/** Role of the function beside the custom resource: the construct tree has both under one parent. */
function initializerRole(customResource: string, template: Template): string {
  const parent = /^\w*Initializer/.exec(customResource)?.[0] ?? '';
  const [id] = ofType(template, 'AWS::IAM::Role')
    .map(([role]) => role)
    .filter((role) => role.startsWith(`${parent}FunctionServiceRole`));
  return id ?? `no role of ${customResource}`;
}

describe.each(DEPLOYMENTS)('%s', (_, { template }) => {
  test('lets each role read the secrets of what runs with it, and no other role any', () => {
    const allowed = users(template);
    expect(Object.keys(allowed).length).toBeGreaterThan(0);
    expect(readers(template)).toEqual(allowed);
  });

  test('gives initializers the master login and the one they make, and nobody else the master login', () => {
    const masters = Object.entries(template.Resources).filter(
      ([id, { Type }]) => Type === 'AWS::SecretsManager::Secret' && id.includes('MasterLogin'),
    );
    for (const [id] of masters) {
      const holders = Object.entries(readers(template)).filter(([, secrets]) => secrets.includes(id));
      expect(holders, id).toHaveLength(1);
      expect(holders[0]?.[1], id).toHaveLength(2);
    }
  });
});

test.each(EVERY_PRESET)('%s: deploying again, or another release, changes no secret', (name) => {
  const secrets = (template: Template): [string, Resource][] => ofType(template, 'AWS::SecretsManager::Secret');
  for (const changes of [{}, { librechatVersion: 'v0.9.0' }]) {
    const { template } = synthesize(name, changes);
    expect(secrets(template)).toEqual(secrets(preset(name).template));
    expect(compareTemplates(preset(name).template, template)).toEqual([]);
  }
});
