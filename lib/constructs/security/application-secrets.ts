import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { retainUnlessDestroyed } from '../../utils/removal.ts';

/** One value of a secret: the whole of it, or a field of its JSON. */
export interface SecretValueRef {
  readonly secret: secretsmanager.ISecret;
  readonly field?: string;
}

/** Properties for {@link ApplicationSecrets}. */
export interface ApplicationSecretsProps {
  readonly config: DeploymentConfig;
}

/**
 * Secrets that LibreChat generates nothing without: the same for every task, never changed, kept as long as the data.
 *
 * Lengths and alphabet: LibreChat's own `.env.example` (hex), read 2026-11-23.
 */
export class ApplicationSecrets extends Construct {
  /** Encrypts the keys that users store (AES-256, 64 hex digits). */
  readonly credsKey: SecretValueRef;

  /** Initialization vector beside it (32 hex digits). */
  readonly credsIv: SecretValueRef;

  /** Signs sessions, and the calls to the RAG API. */
  readonly jwtSecret: SecretValueRef;

  /** Signs refresh tokens. */
  readonly jwtRefreshSecret: SecretValueRef;

  /** Key of Meilisearch; only with search. */
  readonly meiliMasterKey: SecretValueRef | undefined;

  /** Signs the sessions in which people come back from their provider; only with one. */
  readonly sessionSecret: SecretValueRef | undefined;

  /** Secret of LibreChat's client at the OpenID provider: the operator's own. */
  readonly clientSecret: SecretValueRef | undefined;

  /** Login of the mail server: the operator's own secret. */
  readonly mailLogin: { readonly username: SecretValueRef; readonly password: SecretValueRef } | undefined;

  /** Opens LibreChat's /metrics; only where the configuration wants them. */
  readonly metricsSecret: SecretValueRef | undefined;

  /** More of the operator's own secrets, by the variable that LibreChat gets them in. */
  readonly extra: Readonly<Record<string, SecretValueRef>>;

  /** Keys of model providers, by provider: the operator's own secrets. */
  readonly providerKeys: Readonly<
    Partial<Record<keyof DeploymentConfig['models']['providerKeySecretArns'], SecretValueRef>>
  >;

  constructor(scope: Construct, id: string, { config }: ApplicationSecretsProps) {
    super(scope, id);
    this.credsKey = {
      secret: hexSecret(this, 'CredsKey', config, 64, 'CREDS_KEY: encrypts the keys that users store'),
    };
    this.credsIv = { secret: hexSecret(this, 'CredsIv', config, 32, 'CREDS_IV: initialization vector of CREDS_KEY') };
    this.jwtSecret = { secret: hexSecret(this, 'JwtSecret', config, 64, 'JWT_SECRET: signs sessions') };
    this.jwtRefreshSecret = {
      secret: hexSecret(this, 'JwtRefreshSecret', config, 64, 'JWT_REFRESH_SECRET: signs refresh tokens'),
    };
    this.meiliMasterKey = config.features.search
      ? { secret: hexSecret(this, 'MeiliMasterKey', config, 64, 'MEILI_MASTER_KEY: opens Meilisearch') }
      : undefined;
    this.metricsSecret = config.monitoring.applicationMetrics
      ? { secret: hexSecret(this, 'MetricsSecret', config, 64, 'METRICS_SECRET: opens /metrics of LibreChat') }
      : undefined;
    const { sso } = config.signIn;
    this.sessionSecret =
      sso.type === 'none'
        ? undefined
        : {
            secret: hexSecret(this, 'SessionSecret', config, 64, 'Signs the sessions of people who sign in elsewhere'),
          };
    this.clientSecret =
      sso.type === 'openid'
        ? { secret: secretsmanager.Secret.fromSecretCompleteArn(this, 'ClientSecret', sso.clientSecretArn) }
        : undefined;
    this.mailLogin = config.mail === undefined ? undefined : login(this, 'MailLogin', config.mail.loginSecretArn);
    this.providerKeys = imported(this, 'ProviderKeys', config.models.providerKeySecretArns);
    this.extra = imported(this, 'Extra', config.librechatSecretArns);
  }
}

/** Secrets of the operator's own, each whole. */
function imported(
  scope: Construct,
  id: string,
  arns: Readonly<Record<string, string>>,
): Record<string, SecretValueRef> {
  const parent = new Construct(scope, id);
  return Object.fromEntries(
    Object.entries(arns).map(([name, arn]) => [
      name,
      { secret: secretsmanager.Secret.fromSecretCompleteArn(parent, name, arn) },
    ]),
  );
}

function login(scope: Construct, id: string, arn: string): Record<'username' | 'password', SecretValueRef> {
  const secret = secretsmanager.Secret.fromSecretCompleteArn(scope, id, arn);
  return { username: { secret, field: 'username' }, password: { secret, field: 'password' } };
}

/** A generated secret of hexadecimal digits: Secrets Manager has no such mode, so every other character is excluded. */
function hexSecret(
  scope: Construct,
  id: string,
  config: DeploymentConfig,
  length: number,
  description: string,
): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, id, {
    description,
    removalPolicy: retainUnlessDestroyed(config),
    generateSecretString: {
      passwordLength: length,
      excludePunctuation: true,
      excludeUppercase: true,
      requireEachIncludedType: false,
      excludeCharacters: 'ghijklmnopqrstuvwxyz',
    },
  });
}

/** A login: fixed user name, generated password of letters and digits, which every URI carries unescaped. */
export function loginSecret(
  scope: Construct,
  id: string,
  config: DeploymentConfig,
  username: string,
  description: string,
): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, id, {
    description,
    removalPolicy: retainUnlessDestroyed(config),
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username }),
      generateStringKey: 'password',
      passwordLength: 40,
      excludePunctuation: true,
    },
  });
}
