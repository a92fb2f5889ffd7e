import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { decisions } from '../../config/librechat/decisions.ts';
import { valueAt } from '../../config/schema-tree.ts';
import { preset } from '../../test/helpers/deployments.ts';
import { LIKE, localVariables, variablesOf } from './local-compose.ts';

const LIBRECHAT_YAML = 'librechat.yaml';
const lent = 'no role of a machine: `--bedrock` lends your credentials';
const region = 'no region of a stack: `AWS_REGION`, else us-east-1';
const key = 'a deployment has it by `models.providerKeySecretArns`, here it comes from `.env`';

/** Every variable, and key of librechat.yaml, that may differ from the deployment's, and why. */
export const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  librechat: {
    DOMAIN_CLIENT: 'the address that you open',
    DOMAIN_SERVER: 'the address that you open',
    TRUST_PROXY: 'no proxy stands before it; LibreChat knows no less than 1',
    SESSION_COOKIE_SECURE: 'plain HTTP: secure cookies would never come back',
    AWS_BUCKET_NAME: 'documents lie in a volume, not in S3',
    AWS_REGION: 'documents lie in a volume, not in S3',
    ...Object.fromEntries(
      [
        'USE_REDIS',
        'REDIS_URI',
        'REDIS_PASSWORD',
        'REDIS_KEY_PREFIX',
        'REDIS_RETRY_MAX_ATTEMPTS',
        'REDIS_PING_INTERVAL',
      ]
        .concat('GENERATION_PROTOCOL_VERSION', 'SCHEDULES_SINGLE_PROCESS')
        .map((name) => [name, 'with Valkey, as deployments of several tasks have it']),
    ),
    ENDPOINTS: 'only what works is offered: Bedrock with `--bedrock`, others with their key',
    BEDROCK_AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: lent,
    AWS_SECRET_ACCESS_KEY: lent,
    AWS_SESSION_TOKEN: lent,
    OPENAI_API_KEY: key,
    ANTHROPIC_API_KEY: key,
    GOOGLE_KEY: key,
  },
  rag_api: {
    EMBEDDINGS_PROVIDER: '`.env` may say openai instead',
    EMBEDDINGS_MODEL: '`.env` names the model of the other provider',
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: lent,
    AWS_SECRET_ACCESS_KEY: lent,
    AWS_SESSION_TOKEN: lent,
    OPENAI_API_KEY: key,
  },
  redis: { REDIS_PASSWORD: 'with Valkey, as deployments of several tasks have it' },
  [LIBRECHAT_YAML]: {
    fileStrategies: "LibreChat's own default is local",
    'endpoints.bedrock.models': '`BEDROCK_AWS_MODELS` says the same',
  },
};

/** Something that is not what the deployment has. */
export interface Found {
  readonly where: string;
  readonly name: string;
  readonly deployed: string | null | undefined;
  readonly local: string | null | undefined;
}

/** Everything in which variables and librechat.yaml differ from those of the deployment. */
export function findDifferences(): Found[] {
  const [deployed, local] = [variablesOf(preset(LIKE)), localVariables()];
  const variables = namesIn(deployed, local).flatMap((where) => {
    const [there = {}, here = {}] = [deployed[where], local[where]];
    return namesIn(there, here).map((name) => ({ where, name, deployed: there[name], local: here[name] }));
  });
  const file: unknown = parse(readFileSync(new URL('../../config/librechat.yaml', import.meta.url), 'utf8'));
  const keys = decisions(preset(LIKE).config).map(({ path, value }) => ({
    where: LIBRECHAT_YAML,
    name: path.join('.'),
    deployed: textOf(value),
    local: textOf(valueAt(file, path)),
  }));
  return [...variables, ...keys].filter((found) => found.deployed !== found.local);
}

const namesIn = (...all: readonly object[]) => [...new Set(all.flatMap((values) => Object.keys(values)))];
const textOf = (value: unknown) =>
  value === undefined ? undefined : stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
