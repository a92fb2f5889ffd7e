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
    const providers = new Construct(this, 'ProviderKeys');
    this.providerKeys = Object.fromEntries(
      Object.entries(config.models.providerKeySecretArns).map(([provider, arn]) => [
        provider,
        { secret: secretsmanager.Secret.fromSecretCompleteArn(providers, provider, arn) },
      ]),
    );
  }
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
