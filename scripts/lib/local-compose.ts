import { parse, stringify } from 'yaml';
import { resolvePreset } from '../../config/deployment-config.ts';
import { PROVIDERS } from '../../config/librechat/deployment-variables.ts';
import type { Ec2Config, PartialConfig } from '../../config/schema.ts';
import { PORTS } from '../../lib/constructs/compute/container-environment.ts';
import { composeFile } from '../../lib/constructs/compute/instance/compose.ts';
import type { Service } from '../../lib/constructs/compute/instance/service-parts.ts';
import { containersOf, type DeployedContainer, type SecretUse } from '../../test/helpers/container-environments.ts';
import { type Synthesized, synthesize, type Template } from '../../test/helpers/deployments.ts';

/** The deployment that the local containers are like. */
export const LIKE = 'standard-dev';

/** What it becomes without AWS, and with everything in containers that can be. */
const CHANGES = {
  access: { type: 'http' },
  redis: { type: 'container' },
  features: { fileStrategy: 'local' },
} as const satisfies PartialConfig;

const SITE = `http://localhost:${PORTS.librechat}`;
const REGION = '${AWS_REGION:-us-east-1}';
const LIBRECHAT_YAML = '${LIBRECHAT_YAML:-./config/librechat.yaml}';

/** Variables by name; null for one that a container has only where the person has it. */
export type Variables = Readonly<Record<string, string | null>>;
type Fields = Readonly<Record<string, unknown>>;

const AWS_KEYS = { AWS_ACCESS_KEY_ID: null, AWS_SECRET_ACCESS_KEY: null, AWS_SESSION_TOKEN: null } as const;
const providers = Object.values(PROVIDERS);

/** What the person brings, and what otherwise only a deployment knows. */
const OWN: Readonly<Record<string, (deployed: Variables) => Variables>> = {
  librechat: () => ({
    DOMAIN_CLIENT: SITE,
    DOMAIN_SERVER: SITE,
    // Only what works is offered.
    ENDPOINTS: [
      'agents${AWS_ACCESS_KEY_ID:+,bedrock}',
      ...providers.map(({ variable, endpoint }) => `\${${variable}:+,${endpoint}}`),
    ].join(''),
    BEDROCK_AWS_DEFAULT_REGION: REGION,
    ...AWS_KEYS,
    ...Object.fromEntries(providers.map(({ variable }) => [variable, null])),
  }),
  rag_api: ({ EMBEDDINGS_PROVIDER: provider = null, EMBEDDINGS_MODEL: model = null }) => ({
    EMBEDDINGS_PROVIDER: `\${EMBEDDINGS_PROVIDER:-${provider}}`,
    EMBEDDINGS_MODEL: `\${EMBEDDINGS_MODEL:-${model}}`,
    AWS_DEFAULT_REGION: REGION,
    ...AWS_KEYS,
    [PROVIDERS.openai.variable]: null,
  }),
};

/** What the machine says about its services and the local file does not, and why. */
export const LEFT_OUT: readonly { readonly key: string; readonly service?: string; readonly reason: string }[] = [
  { key: 'container_name', reason: 'a computer has several projects: Compose gives the names' },
  { key: 'env_file', reason: 'the variables stand in the file, their secrets in the one `.env`' },
  { key: 'logging', reason: 'no CloudWatch: Docker keeps the logs' },
  { key: 'labels', reason: 'it is `docker compose watch` that sees a changed librechat.yaml' },
  { key: 'volumes', reason: "named volumes take the place of the data volume's folders" },
  { key: 'restart', reason: 'a container that ends is to be seen, not hidden' },
  { key: 'user', service: 'meilisearch', reason: 'its image leaves the new volume to root, and gives it no user' },
];

const ANY_SECRET = /\{\{resolve:secretsmanager:(\w+):SecretString:(\w+)::\}\}/g;

/** A secret as Compose fills it in: from `.env`, named like the first variable that has it; user names as they are. */
function secretsOf(template: Template, containers: readonly DeployedContainer[]): (use: SecretUse) => string {
  const keyOf = ({ secret, field }: SecretUse) => JSON.stringify([secret, field]);
  const uses = containers.flatMap(({ secrets }) => Object.entries(secrets));
  const names = new Map(uses.map(([variable, use]) => [keyOf(use), variable] as const).reverse());
  const read = (use: SecretUse): string => {
    const { SecretString: text, GenerateSecretString: generated } = template.Resources[use.secret]?.Properties ?? {};
    if (generated === undefined) {
      const [, parts] = (text as { 'Fn::Join': [string, (string | { Ref: string })[]] })['Fn::Join'];
      const joined = parts.map((part) => (typeof part === 'string' ? part : part.Ref)).join('');
      return joined.replaceAll(ANY_SECRET, (_, secret: string, field: string) => read({ secret, field }));
    }
    const { PasswordLength: length, SecretStringTemplate: fixed = '{}' } = generated as Record<string, string>;
    const name = use.field === undefined ? undefined : (JSON.parse(fixed) as Record<string, string>)[use.field];
    return name ?? `\${${names.get(keyOf(use)) ?? ''}:?${length} hexadecimal digits, made by npm run local:up}`;
  };
  return read;
}

/** Variables of every container of a deployment, as Compose would read them. */
export function variablesOf({ template }: Synthesized): Record<string, Variables> {
  const containers = containersOf(template);
  const secretText = secretsOf(template, Object.values(containers));
  const textOf = (value: unknown) =>
    typeof value === 'string' ? value.replaceAll('$', '$$$$') : '(known once it is deployed)';
  return Object.fromEntries(
    Object.entries(containers).map(([name, { variables, secrets }]) => [
      name,
      Object.fromEntries([
        ...Object.entries(variables).map(([variable, value]) => [variable, textOf(value)]),
        ...Object.entries(secrets).map(([variable, use]) => [variable, secretText(use)]),
      ]) as Variables,
    ]),
  );
}

/** Variables of the local containers. */
export function localVariables(): Record<string, Variables> {
  const all = Object.entries(variablesOf(synthesize(LIKE, CHANGES)));
  return Object.fromEntries(all.map(([name, deployed]) => [name, { ...deployed, ...OWN[name]?.(deployed) }]));
}

/** The health check notes in /tmp that LibreChat read its file: a restart must ask again. */
const HOT_RELOAD = { develop: { watch: [{ path: LIBRECHAT_YAML, action: 'restart' }] }, tmpfs: ['/tmp'] } as const;

/** Folders of the data volume as named volumes; of the files of a deployment librechat.yaml alone. */
function mountsOf(volumes: readonly { source: string; target: string }[], { CONFIG_PATH: file }: Variables): Fields[] {
  return volumes.flatMap(({ source, target }): Fields[] => {
    const [, folder] = /^\/data\/(.+)/.exec(source) ?? [];
    if (folder !== undefined) return [{ type: 'volume', source: folder.replaceAll('/', '-'), target }];
    const mount = { type: 'bind', source: LIBRECHAT_YAML, read_only: true, bind: { create_host_path: false } };
    // The RAG API has that folder for the certificates of AWS's databases.
    return file === undefined ? [] : [{ ...mount, target: file }];
  });
}

function localService(name: string, { volumes = [], ...service }: Service, environment: Variables): Fields {
  const leftOut = LEFT_OUT.filter((entry) => entry.service === undefined || entry.service === name).map(
    ({ key }) => key,
  );
  const mounts = mountsOf(volumes as { source: string; target: string }[], environment);
  return {
    ...Object.fromEntries(Object.entries(service).filter(([key]) => !leftOut.includes(key))),
    environment,
    ...(mounts.length === 0 ? {} : { volumes: mounts }),
    ...(name === 'librechat' ? HOT_RELOAD : {}),
  };
}

/** The machine's own compose file, before and after it became the local one. */
export function composeFiles(): Record<
  'machine' | 'local',
  { services: Record<string, Fields>; [key: string]: unknown }
> {
  const machine = parse(composeFile(resolvePreset(LIKE, CHANGES) as Ec2Config)) as {
    services: Record<string, Service>;
    networks: Fields;
  };
  const variables = localVariables();
  const services = Object.fromEntries(
    Object.entries(machine.services).map(([name, service]) => [
      name,
      localService(name, service, variables[name] ?? {}),
    ]),
  );
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes as { type: string; source: string }[]);
  const volumes = mounts.filter(({ type }) => type === 'volume').map(({ source }) => [source, {}]);
  const { networks } = machine;
  return { machine, local: { name: 'librechat-local', services, networks, volumes: Object.fromEntries(volumes) } };
}

/** Text of the local compose file. */
export const localCompose = (): string =>
  stringify(composeFiles().local, { aliasDuplicateObjects: false, lineWidth: 0 });
