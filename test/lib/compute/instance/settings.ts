import { DeploymentConfigSchema, type Ec2Config } from '../../../../config/schema.ts';

/** Revision of the settings below. */
export const REVISION = 'abc123def456';

/** A complete configuration of mode ec2 from its interesting parts. */
export function ec2Config(changes: Record<string, unknown> = {}): Ec2Config {
  return DeploymentConfigSchema.parse({ mode: 'ec2', documentStore: { type: 'container' }, ...changes }) as Ec2Config;
}

/** Everything that can run in containers does. */
export const EVERYTHING = {
  vectorStore: { type: 'container' },
  redis: { type: 'container' },
  features: { rag: true, search: true },
};

const hex = (letter: string, length: number) => letter.repeat(length);

/** Secrets as Secrets Manager has them, by the last part of their ARN. */
export const SECRETS = {
  creds: hex('a', 64),
  iv: hex('b', 32),
  jwt: hex('c', 64),
  refresh: hex('d', 64),
  meili: hex('e', 64),
  uri: 'mongodb://librechat:MongoPassword@mongodb:27017/LibreChat?authSource=admin',
  mongo: JSON.stringify({ username: 'librechat', password: 'MongoPassword' }),
  vectors: JSON.stringify({ username: 'librechat_rag', password: `Vectors$'"Password` }),
  cache: JSON.stringify({ username: 'default', password: 'CachePassword' }),
  // As people paste keys.
  openai: 'OpenAiKeyWithLineBreak\n',
};

/** What must never be seen but in the file of the container that needs it. */
export const SECRET_TEXTS = [
  SECRETS.creds,
  SECRETS.iv,
  SECRETS.jwt,
  SECRETS.refresh,
  SECRETS.meili,
  'MongoPassword',
  `Vectors$'"Password`,
  'CachePassword',
  'OpenAiKeyWithLineBreak',
];

const arn = (name: keyof typeof SECRETS) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;
const ref = (name: keyof typeof SECRETS, field?: string) => ({ arn: arn(name), field });

/** The containers' settings as the deployment stores them. */
export function containers() {
  return {
    librechat: {
      variables: {
        DOMAIN_CLIENT: 'https://chat.example.com',
        DOMAIN_SERVER: 'https://chat.example.com',
        SEARCH: 'true',
      },
      secrets: {
        CREDS_KEY: ref('creds'),
        CREDS_IV: ref('iv'),
        JWT_SECRET: ref('jwt'),
        JWT_REFRESH_SECRET: ref('refresh'),
        MONGO_URI: ref('uri'),
        MEILI_MASTER_KEY: ref('meili'),
        REDIS_PASSWORD: ref('cache', 'password'),
        OPENAI_API_KEY: ref('openai'),
      },
    },
    rag_api: {
      variables: { DB_HOST: 'vectordb' },
      secrets: {
        JWT_SECRET: ref('jwt'),
        POSTGRES_USER: ref('vectors', 'username'),
        POSTGRES_PASSWORD: ref('vectors', 'password'),
      },
    },
    meilisearch: { variables: { MEILI_ENV: 'production' }, secrets: { MEILI_MASTER_KEY: ref('meili') } },
    mongodb: {
      variables: {},
      secrets: {
        MONGO_INITDB_ROOT_USERNAME: ref('mongo', 'username'),
        MONGO_INITDB_ROOT_PASSWORD: ref('mongo', 'password'),
      },
    },
    vectordb: {
      variables: { POSTGRES_DB: 'librechat_rag' },
      secrets: { POSTGRES_USER: ref('vectors', 'username'), POSTGRES_PASSWORD: ref('vectors', 'password') },
    },
    redis: { variables: {}, secrets: { REDIS_PASSWORD: ref('cache', 'password') } },
  };
}

/** The settings as the deployment stores them, with one thing changed. */
export function settings(change: (all: ReturnType<typeof containers>) => void = () => undefined): string {
  const all = containers();
  change(all);
  return JSON.stringify({ revision: REVISION, containers: all });
}
