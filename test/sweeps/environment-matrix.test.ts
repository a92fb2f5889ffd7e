import { readFileSync } from 'node:fs';
import { configSchema } from 'librechat-data-provider';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { resolvePreset } from '../../config/deployment-config.ts';
import { deploymentVariables } from '../../config/librechat/deployment-variables.ts';
import { checkFile } from '../../config/librechat/file.ts';
import { unknownKeys, type Zod3Schema } from '../../config/librechat/schema-keys.ts';
import { knownVariables } from '../../config/librechat/variables.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import { settingsAdded, settingsSpare } from '../../config/rules/librechat.ts';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';
import { librechatYaml } from '../../lib/constructs/compute/librechat-config.ts';
import { containersOf, fieldsOf, type DeployedContainer } from '../helpers/container-environments.ts';
import { ofType, type Template } from '../helpers/deployments.ts';
import { merged } from './arrivals.ts';
import { templateOf } from './templates.ts';
import { SHAPES, WAYS_IN } from './ways-in.ts';

const FILE_STRATEGIES = ['local', 's3'] as const;

const COMBINATIONS: readonly (readonly [string, PresetName, PartialConfig])[] = [
  ...PRESET_NAMES.flatMap((preset) =>
    FILE_STRATEGIES.flatMap((fileStrategy) =>
      Object.entries(WAYS_IN).map(
        ([way, changes]) =>
          [
            `${preset}, files ${fileStrategy}, ${way}`,
            preset,
            merged(changes, { features: { fileStrategy } }) as PartialConfig,
          ] as const,
      ),
    ),
  ),
  ...Object.entries(SHAPES).map(([name, [preset, changes]]) => [`${preset}, ${name}`, preset, changes] as const),
];

const names = (file: string) =>
  readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const LIBRECHAT = knownVariables();
const RAG_API = names('rag-api-variables.txt');
const MEILISEARCH = names('meilisearch-variables.txt');

/** Variables that the image of each container reads, by the container's name in either mode. */
const KNOWN: Readonly<Record<string, Iterable<string>>> = {
  librechat: LIBRECHAT.keys(),
  'rag-api': RAG_API,
  rag_api: RAG_API,
  meilisearch: MEILISEARCH,
  mongodb: ['MONGO_INITDB_ROOT_USERNAME', 'MONGO_INITDB_ROOT_PASSWORD'],
  vectordb: ['POSTGRES_DB', 'POSTGRES_USER', 'POSTGRES_PASSWORD'],
  redis: ['REDIS_PASSWORD'],
};
const known = Object.fromEntries(Object.entries(KNOWN).map(([name, variables]) => [name, new Set(variables)]));

/** Groups of which LibreChat needs all or takes none. */
const GROUPS = [
  ['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET', 'MONGO_URI', 'DOMAIN_CLIENT', 'DOMAIN_SERVER'],
  ['AWS_BUCKET_NAME', 'AWS_REGION'],
  ['REDIS_URI', 'REDIS_PASSWORD', 'REDIS_KEY_PREFIX'],
  ['MEILI_HOST', 'MEILI_MASTER_KEY'],
  ['BEDROCK_AWS_DEFAULT_REGION', 'BEDROCK_AWS_MODELS'],
  ['OPENID_CLIENT_ID', 'OPENID_CLIENT_SECRET', 'OPENID_ISSUER', 'OPENID_SCOPE', 'OPENID_SESSION_SECRET'],
  ['OPENID_ISSUER', 'OPENID_CALLBACK_URL'],
  ['OPENID_REQUIRED_ROLE', 'OPENID_REQUIRED_ROLE_TOKEN_KIND', 'OPENID_REQUIRED_ROLE_PARAMETER_PATH'],
  ['OPENID_ADMIN_ROLE', 'OPENID_ADMIN_ROLE_TOKEN_KIND', 'OPENID_ADMIN_ROLE_PARAMETER_PATH'],
  ['SAML_ENTRY_POINT', 'SAML_ISSUER', 'SAML_CERT', 'SAML_CALLBACK_URL', 'SAML_SESSION_SECRET'],
  ['EMAIL_HOST', 'EMAIL_PORT', 'EMAIL_ENCRYPTION', 'EMAIL_USERNAME', 'EMAIL_PASSWORD', 'EMAIL_FROM'],
];

const counts = { combinations: 0, containers: 0, variables: 0, secretKeys: 0, groups: 0, files: 0 };

const namesOf = ({ variables, secrets }: DeployedContainer) => [...Object.keys(variables), ...Object.keys(secrets)];

/** Variables that no image reads, and values that LibreChat would take for something else. */
function wrongVariables(containers: Readonly<Record<string, DeployedContainer>>, config: DeploymentConfig): string[] {
  const extra = [...Object.keys(config.librechatVariables), ...Object.keys(config.librechatSecretArns)];
  const mistakes = Object.entries(containers).flatMap(([name, container]) => {
    const given = namesOf(container);
    if (given.length > 0) counts.containers += 1;
    counts.variables += given.length;
    const unknown = given.filter((variable) => known[name]?.has(variable) !== true);
    return unknown
      .filter((variable) => name !== 'librechat' || !extra.includes(variable))
      .map((one) => `${name} ${one}`);
  });
  const librechat = containers['librechat']!;
  const texts = Object.entries(librechat.variables).filter(([name]) => LIBRECHAT.get(name) === 'boolean');
  const wanted = new Set([...deploymentVariables(config), ...extra]);
  return [
    ...mistakes,
    ...texts.filter(([, value]) => value !== 'true' && value !== 'false').map(([name]) => `${name} is no boolean`),
    ...namesOf(librechat)
      .filter((name) => !wanted.has(name))
      .map((name) => `${name} is not said to be set`),
    ...[...wanted].filter((name) => !namesOf(librechat).includes(name)).map((name) => `${name} is said to be set`),
  ];
}

function brokenGroups(librechat: DeployedContainer): string[] {
  const given = new Set(namesOf(librechat));
  return GROUPS.flatMap((group) => {
    const missing = group.filter((name) => !given.has(name));
    if (missing.length < group.length) counts.groups += 1;
    return missing.length > 0 && missing.length < group.length ? [`without ${missing.join(', ')}`] : [];
  });
}

/** Fields of a secret that the operator made, as `docs/configuration.md` asks for them. */
const OWN_FIELDS: Readonly<Record<string, readonly string[]>> = { mail: ['username', 'password'] };

function danglingSecrets(template: Template, config: DeploymentConfig): string[] {
  const uses = Object.entries(containersOf(template)).flatMap(([container, { secrets }]) =>
    Object.entries(secrets).map(([variable, use]) => ({ ...use, at: `${container} ${variable}` })),
  );
  counts.secretKeys += uses.length;
  return uses.flatMap(({ secret, field, at }) => {
    const isOurs = template.Resources[secret]?.Type === 'AWS::SecretsManager::Secret';
    if (!isOurs && !JSON.stringify(config).includes(secret)) return [`${at}: nobody makes ${secret}`];
    const fields = isOurs
      ? fieldsOf(secret, template)
      : Object.entries(OWN_FIELDS).find(([name]) => secret.includes(`:${name}-`))?.[1];
    const isThere = field === undefined ? fields === undefined : fields?.includes(field) === true;
    return isThere ? [] : [`${at}: ${secret} has ${String(fields)}, not ${String(field)}`];
  });
}

/** What LibreChat's own schema, strict as the server has it, and our look at what it drops have against the file. */
function wrongFile(config: DeploymentConfig): string[] {
  counts.files += 1;
  const text = librechatYaml(config);
  const content: unknown = parse(text);
  const { error } = configSchema.strict().safeParse(withoutReferences(content));
  const provided = new Set([
    ...deploymentVariables(config),
    ...Object.keys(config.librechatVariables),
    ...Object.keys(config.librechatSecretArns),
  ]);
  return [
    ...(error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...unknownKeys(configSchema as unknown as Zod3Schema, content).map(({ path }) => `unknown ${path.join('.')}`),
    ...checkFile(text, config, provided).mistakes.map(({ message }) => message),
  ];
}

/** The schema replaces `${NAME}` by what the environment has, which is empty here. */
function withoutReferences(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/"\$\{\w+\}"/g, '"https://example.com"'));
}

/** Parameter Store takes 8 KiB; a reference becomes an ARN or an address of some length. */
const REFERENCE_LENGTH = 130;

/** Whether the machine's settings would fit as well if a person added as much as the configuration lets them. */
function settingsTooLong(template: Template, config: DeploymentConfig): string[] {
  if (config.mode === 'ecs') return [];
  const value = ofType(template, 'AWS::SSM::Parameter')[0]![1].Properties['Value'] as {
    readonly 'Fn::Join': [string, unknown[]];
  };
  const length = value['Fn::Join'][1].reduce<number>(
    (sum, part) => sum + (typeof part === 'string' ? part.length : REFERENCE_LENGTH),
    settingsSpare(config) - settingsAdded(config),
  );
  return length <= 8192 ? [] : [`settings of ${length} characters`];
}

describe('every preset with every file strategy and every way in', () => {
  test.each(COMBINATIONS)('%s', (_, preset, changes) => {
    const config = resolvePreset(preset, changes);
    const template = templateOf(config);
    const containers = containersOf(template);
    counts.combinations += 1;
    expect({
      variables: wrongVariables(containers, config),
      groups: brokenGroups(containers['librechat']!),
      secrets: danglingSecrets(template, config),
      file: wrongFile(config),
      settings: settingsTooLong(template, config),
    }).toEqual({ variables: [], groups: [], secrets: [], file: [], settings: [] });
  });

  test('and that is a great deal', () => {
    // eslint-disable-next-line no-console -- the figures are what this suite is quoted for
    console.info(
      `environment matrix: ${Object.entries(counts)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}; none wrong`,
    );
    expect(counts.combinations).toBe(COMBINATIONS.length);
    expect(counts.variables / counts.combinations).toBeGreaterThan(30);
    expect(counts.secretKeys / counts.combinations).toBeGreaterThan(5);
  });
});
