import type { DeploymentConfig } from '../schema.ts';

/** LibreChat's variable for the key of each provider, and the endpoint that the key opens. */
export const PROVIDERS = {
  openai: { variable: 'OPENAI_API_KEY', endpoint: 'openAI' },
  anthropic: { variable: 'ANTHROPIC_API_KEY', endpoint: 'anthropic' },
  google: { variable: 'GOOGLE_KEY', endpoint: 'google' },
} as const;

/** Variables that one setting decides about. */
interface Group {
  /** Name of the setting. */
  readonly by: string;
  readonly names: readonly string[];

  /**
   * Whether a deployment sets them.
   *
   * @default - every deployment does
   */
  readonly when?: (config: DeploymentConfig) => boolean;
}

const prefixed = (prefix: string, ...names: readonly string[]) => names.map((name) => `${prefix}_${name}`);
const openid = ({ signIn: { sso } }: DeploymentConfig) => (sso.type === 'openid' ? sso : undefined);
const saml = ({ signIn: { sso } }: DeploymentConfig) => (sso.type === 'saml' ? sso : undefined);

const SIGN_IN: readonly Group[] = [
  {
    by: 'signIn',
    names: prefixed(
      'ALLOW',
      ...['EMAIL_LOGIN', 'PASSWORD_RESET', 'UNVERIFIED_EMAIL_LOGIN', 'SOCIAL_LOGIN', 'SOCIAL_REGISTRATION'],
    ),
  },
  { by: 'registration', names: ['ALLOW_REGISTRATION'] },
  {
    by: 'signIn.sso',
    names: prefixed(
      'OPENID',
      ...['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'SESSION_SECRET', 'SCOPE', 'CALLBACK_URL', 'GENERATE_NONCE'],
      ...['AUTO_REDIRECT', 'USE_END_SESSION_ENDPOINT'],
    ),
    when: (config) => openid(config) !== undefined,
  },
  {
    by: 'signIn.sso.buttonLabel',
    names: ['OPENID_BUTTON_LABEL'],
    when: (config) => openid(config)?.buttonLabel !== undefined,
  },
  {
    by: 'signIn.sso.requiredRole',
    names: prefixed('OPENID_REQUIRED_ROLE', 'TOKEN_KIND', 'PARAMETER_PATH').concat('OPENID_REQUIRED_ROLE'),
    when: (config) => openid(config)?.requiredRole !== undefined,
  },
  {
    by: 'signIn.sso.adminRole',
    names: prefixed('OPENID_ADMIN_ROLE', 'TOKEN_KIND', 'PARAMETER_PATH').concat('OPENID_ADMIN_ROLE'),
    when: (config) => openid(config)?.adminRole !== undefined,
  },
  {
    by: 'signIn.sso',
    names: prefixed('SAML', 'ENTRY_POINT', 'ISSUER', 'CERT', 'CALLBACK_URL', 'SESSION_SECRET'),
    when: (config) => saml(config) !== undefined,
  },
  {
    by: 'signIn.sso.buttonLabel',
    names: ['SAML_BUTTON_LABEL'],
    when: (config) => saml(config)?.buttonLabel !== undefined,
  },
  {
    by: 'mail',
    names: prefixed('EMAIL', 'HOST', 'PORT', 'ENCRYPTION', 'FROM', 'USERNAME', 'PASSWORD'),
    when: ({ mail }) => mail !== undefined,
  },
  { by: 'mail.fromName', names: ['EMAIL_FROM_NAME'], when: ({ mail }) => mail?.fromName !== undefined },
];

const STORES: readonly Group[] = [
  { by: 'documentStore', names: ['MONGO_URI'] },
  {
    by: 'documentStore',
    names: ['MONGO_AUTO_INDEX'],
    when: ({ documentStore }) => documentStore.type === 'documentdb',
  },
  { by: 'redis', names: ['USE_REDIS'] },
  {
    by: 'redis',
    names: prefixed('REDIS', 'URI', 'PASSWORD', 'KEY_PREFIX', 'RETRY_MAX_ATTEMPTS', 'PING_INTERVAL').concat(
      'GENERATION_PROTOCOL_VERSION',
    ),
    when: ({ redis }) => redis.type !== 'none',
  },
  { by: 'redis', names: ['SCHEDULES_SINGLE_PROCESS'], when: ({ redis }) => redis.type === 'none' },
  {
    by: 'features.fileStrategy',
    names: ['AWS_BUCKET_NAME', 'AWS_REGION'],
    when: ({ features }) => features.fileStrategy === 's3',
  },
];

const MODELS: readonly Group[] = [
  { by: 'models', names: ['ENDPOINTS'] },
  {
    by: 'models.bedrock',
    names: ['BEDROCK_AWS_DEFAULT_REGION', 'BEDROCK_AWS_MODELS'],
    when: ({ models }) => models.bedrock.enabled,
  },
  ...Object.entries(PROVIDERS).map(([name, { variable }]) => ({
    by: `models.providerKeySecretArns.${name}`,
    names: [variable],
    when: ({ models }: DeploymentConfig) => models.providerKeySecretArns[name as keyof typeof PROVIDERS] !== undefined,
  })),
];

const SERVER: readonly Group[] = [
  {
    by: 'access',
    names: ['DOMAIN_CLIENT', 'DOMAIN_SERVER', 'TRUST_PROXY', 'SESSION_COOKIE_SECURE', 'HTTP_KEEP_ALIVE_TIMEOUT_MS'],
  },
  { by: 'librechatConfigFile', names: ['CONFIG_PATH'] },
  {
    by: 'the deployment',
    names: [
      ...['NODE_ENV', 'NODE_OPTIONS', 'HOST', 'PORT', 'NO_INDEX', 'LOG_TO_FILE', 'CONSOLE_JSON', 'DEBUG_LOGGING'],
      ...['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET'],
      'FILE_UPLOAD_SSE_ENABLED',
    ],
  },
  { by: 'mode', names: ['HTTP_REQUEST_TIMEOUT_MS'], when: ({ mode }) => mode === 'ecs' },
  { by: 'features.search', names: ['SEARCH'] },
  {
    by: 'features.search',
    names: ['MEILI_HOST', 'MEILI_MASTER_KEY', 'MEILI_NO_ANALYTICS'],
    when: ({ features }) => features.search,
  },
  { by: 'features.rag', names: ['RAG_API_URL'], when: ({ features }) => features.rag },
  {
    by: 'monitoring.applicationMetrics',
    names: ['METRICS_SECRET'],
    when: ({ monitoring }) => monitoring.applicationMetrics,
  },
];

/**
 * Every variable that a deployment may give LibreChat by itself, which therefore nobody else sets.
 *
 * What each is set to is in `lib/constructs/compute`; a test holds the two together.
 */
const GROUPS = [...SERVER, ...SIGN_IN, ...STORES, ...MODELS];

/** The setting that decides about each variable of the deployment's own. */
export const DECIDED_BY: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(({ by, names }) => names.map((name) => [name, by])),
);

/** Variables that a deployment gives LibreChat by itself. */
export function deploymentVariables(config: DeploymentConfig): ReadonlySet<string> {
  return new Set(GROUPS.filter(({ when }) => when?.(config) ?? true).flatMap(({ names }) => names));
}
