import { PROVIDERS } from '../../../config/librechat/deployment-variables.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { CA_BUNDLE_PATH, redisUri, VECTOR_DATABASE } from '../../utils/connection-strings.ts';
import type { CacheStore, DocumentStore, VectorStore } from '../database/stores.ts';
import type { ApplicationSecrets, SecretValueRef } from '../security/application-secrets.ts';
import { signInEnvironment } from './sign-in-environment.ts';

/** Ports that the images listen on. */
export const PORTS = { librechat: 3080, ragApi: 8000, meilisearch: 7700 } as const;

/** Where LibreChat finds its configuration file, put there before it starts. */
const LIBRECHAT_CONFIG_PATH = '/config/librechat.yaml';

/**
 * Seconds that a silent answer is kept open: LibreChat's stream has no heartbeat, and a model may think for long.
 * Every proxy on the way takes this, and Node for an upload; CloudFront has a limit of its own.
 */
export const STREAM_IDLE_SECONDS = 3600;

/** Margin by which LibreChat keeps connections longer than the proxy before it, which otherwise meets closed ones (502). */
const KEEP_ALIVE_MARGIN_SECONDS = 10;

/** Part of a container's memory that Node's old space may fill; the rest is code, buffers and streams. */
const HEAP_SHARE = 0.75;

/** What one container is started with. */
export interface ContainerEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, SecretValueRef>>;
}

/** What the environment of LibreChat follows from, in every mode. */
export interface LibreChatEnvironmentProps {
  readonly config: DeploymentConfig;
  readonly secrets: ApplicationSecrets;
  readonly documents: DocumentStore;
  readonly cache: CacheStore | undefined;

  /** Address of the site: scheme and host, no slash at the end. */
  readonly siteUrl: string;

  /** Proxies that add to X-Forwarded-For. */
  readonly proxyHops: number;

  /** Region of the deployment. */
  readonly region: string;

  /** Bucket of the documents, where they go to S3. */
  readonly bucketName: string | undefined;

  /** Address of the RAG API, without a slash at the end; undefined without RAG. */
  readonly ragApiUrl: string | undefined;

  /** Address of Meilisearch; undefined without search. */
  readonly meilisearchUrl: string | undefined;

  /** Memory of LibreChat's container in MiB. */
  readonly memoryMiB: number;

  /** Whether the only process of the deployment runs here. */
  readonly isSingleProcess: boolean;
}

/** Environment of LibreChat. Names: LibreChat's own, v0.8.8. */
export function librechatEnvironment(props: LibreChatEnvironmentProps): ContainerEnvironment {
  const { config, secrets, siteUrl } = props;
  const isHttps = config.access.type !== 'http';
  return merge(
    { variables: config.librechatVariables, secrets: secrets.extra },
    {
      variables: {
        NODE_ENV: 'production',
        HOST: '0.0.0.0',
        PORT: String(PORTS.librechat),
        DOMAIN_CLIENT: siteUrl,
        DOMAIN_SERVER: siteUrl,
        TRUST_PROXY: String(props.proxyHops),
        // Secure cookies never come back over plain HTTP: the login would loop.
        SESSION_COOKIE_SECURE: String(isHttps),
        HTTP_KEEP_ALIVE_TIMEOUT_MS: String((STREAM_IDLE_SECONDS + KEEP_ALIVE_MARGIN_SECONDS) * 1000),
        // Node's own five minutes are short for 100 MB on a slow line; on a machine nginx gathers what comes in.
        ...(config.mode === 'ecs' ? { HTTP_REQUEST_TIMEOUT_MS: String(STREAM_IDLE_SECONDS * 1000) } : {}),
        // While a document is embedded nothing would be sent, until CloudFront gives up; so there is a sign each second.
        FILE_UPLOAD_SSE_ENABLED: 'true',
        NODE_OPTIONS: `--max-old-space-size=${Math.floor(props.memoryMiB * HEAP_SHARE)}`,
        CONFIG_PATH: LIBRECHAT_CONFIG_PATH,
        NO_INDEX: 'true',
        LOG_TO_FILE: 'false',
        CONSOLE_JSON: 'true',
        DEBUG_LOGGING: 'false',
      },
      secrets: {
        CREDS_KEY: secrets.credsKey,
        CREDS_IV: secrets.credsIv,
        JWT_SECRET: secrets.jwtSecret,
        JWT_REFRESH_SECRET: secrets.jwtRefreshSecret,
        MONGO_URI: props.documents.uri,
        ...(secrets.metricsSecret === undefined ? {} : { METRICS_SECRET: secrets.metricsSecret }),
      },
    },
    ...signInEnvironment(props),
    { variables: props.documents.isInitialized ? { MONGO_AUTO_INDEX: 'false' } : {}, secrets: {} },
    cacheEnvironment(props),
    searchEnvironment(props),
    { variables: props.ragApiUrl === undefined ? {} : { RAG_API_URL: props.ragApiUrl }, secrets: {} },
    {
      variables: props.bucketName === undefined ? {} : { AWS_BUCKET_NAME: props.bucketName, AWS_REGION: props.region },
      secrets: {},
    },
    modelEnvironment(props),
  );
}

/** Redis, or what one process does without it. */
function cacheEnvironment({ cache, config, isSingleProcess }: LibreChatEnvironmentProps): ContainerEnvironment {
  if (cache === undefined) {
    return { variables: { USE_REDIS: 'false', SCHEDULES_SINGLE_PROCESS: String(isSingleProcess) }, secrets: {} };
  }
  return {
    variables: {
      USE_REDIS: 'true',
      REDIS_URI: redisUri(cache),
      REDIS_KEY_PREFIX: config.stackName,
      // A failover of ElastiCache must not leave a task that has given up.
      REDIS_RETRY_MAX_ATTEMPTS: '0',
      REDIS_PING_INTERVAL: '300',
      // While an update rolls, two releases share Redis: those from v0.8.8 on all read this one (LibreChat #15324).
      GENERATION_PROTOCOL_VERSION: '2',
    },
    secrets: { REDIS_PASSWORD: cache.password },
  };
}

function searchEnvironment({ meilisearchUrl, secrets }: LibreChatEnvironmentProps): ContainerEnvironment {
  if (meilisearchUrl === undefined || secrets.meiliMasterKey === undefined)
    return { variables: { SEARCH: 'false' }, secrets: {} };
  return {
    variables: { SEARCH: 'true', MEILI_HOST: meilisearchUrl, MEILI_NO_ANALYTICS: 'true' },
    secrets: { MEILI_MASTER_KEY: secrets.meiliMasterKey },
  };
}

/** Bedrock with the role of the machine or task; other providers by the key that the operator stored. */
function modelEnvironment({ config, secrets, region }: LibreChatEnvironmentProps): ContainerEnvironment {
  const { bedrock } = config.models;
  const keys = Object.entries(secrets.providerKeys).map(([name, key]) => ({
    ...PROVIDERS[name as keyof typeof PROVIDERS],
    key,
  }));
  const endpoints = ['agents', ...(bedrock.enabled ? ['bedrock'] : []), ...keys.map(({ endpoint }) => endpoint)];
  return {
    variables: {
      // Only what works is offered.
      ENDPOINTS: endpoints.join(','),
      ...(bedrock.enabled
        ? { BEDROCK_AWS_DEFAULT_REGION: bedrock.region ?? region, BEDROCK_AWS_MODELS: bedrock.modelIds.join(',') }
        : {}),
    },
    secrets: Object.fromEntries(keys.map(({ variable, key }) => [variable, key])),
  };
}

/** What the environment of the RAG API follows from. */
export interface RagApiEnvironmentProps {
  readonly config: DeploymentConfig;
  readonly secrets: ApplicationSecrets;
  readonly vectors: VectorStore;
  readonly region: string;
}

/** Environment of the RAG API. Names: rag_api v0.9.0. */
export function ragApiEnvironment({ config, secrets, vectors, region }: RagApiEnvironmentProps): ContainerEnvironment {
  const { provider, model } = config.embeddings;
  return {
    variables: {
      RAG_HOST: '0.0.0.0',
      RAG_PORT: String(PORTS.ragApi),
      VECTOR_DB_TYPE: 'pgvector',
      DB_HOST: vectors.host,
      DB_PORT: vectors.port,
      POSTGRES_DB: VECTOR_DATABASE,
      COLLECTION_NAME: 'librechat',
      EMBEDDINGS_PROVIDER: provider,
      EMBEDDINGS_MODEL: model,
      PG_POOL_RECYCLE: '1800',
      PGVECTOR_CREATE_EXTENSION: vectors.isInitialized ? 'False' : 'True',
      // The initializer makes these two indexes; without one the RAG API makes them itself.
      PGVECTOR_CREATE_LEGACY_INDEXES: vectors.isInitialized ? 'False' : 'True',
      CONSOLE_JSON: 'true',
      ...(vectors.tls ? { PGSSLMODE: 'verify-full', PGSSLROOTCERT: CA_BUNDLE_PATH } : {}),
      ...(provider === 'bedrock' ? { AWS_DEFAULT_REGION: config.models.bedrock.region ?? region } : {}),
    },
    secrets: {
      JWT_SECRET: secrets.jwtSecret,
      POSTGRES_USER: vectors.username,
      POSTGRES_PASSWORD: vectors.password,
      ...(provider === 'openai' && secrets.providerKeys.openai !== undefined
        ? { RAG_OPENAI_API_KEY: secrets.providerKeys.openai }
        : {}),
    },
  };
}

/** Environment of Meilisearch. Names: Meilisearch 1.35. */
export function meilisearchEnvironment(secrets: ApplicationSecrets, memoryMiB: number): ContainerEnvironment {
  return {
    variables: {
      MEILI_ENV: 'production',
      MEILI_NO_ANALYTICS: 'true',
      MEILI_MAX_INDEXING_MEMORY: `${Math.floor(memoryMiB / 2)}MiB`,
    },
    secrets: secrets.meiliMasterKey === undefined ? {} : { MEILI_MASTER_KEY: secrets.meiliMasterKey },
  };
}

function merge(...environments: readonly ContainerEnvironment[]): ContainerEnvironment {
  return {
    variables: Object.assign({}, ...environments.map(({ variables }) => variables)) as Record<string, string>,
    secrets: Object.assign({}, ...environments.map(({ secrets }) => secrets)) as Record<string, SecretValueRef>,
  };
}
