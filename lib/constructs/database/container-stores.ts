import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { SecretValue } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { mongoContainerUri } from '../../utils/connection-strings.ts';
import { retainUnlessDestroyed } from '../../utils/removal.ts';
import { loginSecret } from '../security/application-secrets.ts';
import type { CacheStore, DocumentStore, VectorStore } from './stores.ts';

/** Names of the containers on the machine's own network, which are their host names there. */
export const CONTAINER_HOSTS = { documents: 'mongodb', vectors: 'vectordb', cache: 'redis' } as const;

/** MongoDB in a container: its login, and the URI that carries it. */
export function containerDocuments(scope: Construct, config: DeploymentConfig): DocumentStore {
  const login = loginSecret(scope, 'MongoLogin', config, 'librechat', 'Login of MongoDB in its container');
  return {
    uri: {
      secret: uriSecret(
        scope,
        config,
        mongoContainerUri({ ...loginOf(login), host: CONTAINER_HOSTS.documents, port: '27017' }),
      ),
    },
    rootLogin: { username: { secret: login, field: 'username' }, password: { secret: login, field: 'password' } },
    isInitialized: false,
    connectable: undefined,
  };
}

/** PostgreSQL with pgvector in a container; the RAG API makes its tables itself. */
export function containerVectors(scope: Construct, config: DeploymentConfig): VectorStore {
  const login = loginSecret(scope, 'VectorsLogin', config, 'librechat_rag', 'Login of PostgreSQL in its container');
  return {
    host: CONTAINER_HOSTS.vectors,
    port: '5432',
    username: { secret: login, field: 'username' },
    password: { secret: login, field: 'password' },
    tls: false,
    isInitialized: false,
    connectable: undefined,
  };
}

/** Valkey in a container. */
export function containerCache(scope: Construct, config: DeploymentConfig): CacheStore {
  const login = loginSecret(scope, 'CacheLogin', config, 'default', 'Password of Valkey in its container');
  return {
    host: CONTAINER_HOSTS.cache,
    port: '6379',
    password: { secret: login, field: 'password' },
    tls: false,
    connectable: undefined,
  };
}

/** User and password of a login, resolved by CloudFormation when it deploys. */
export function loginOf(login: secretsmanager.ISecret): { username: string; password: string } {
  return {
    username: login.secretValueFromJson('username').unsafeUnwrap(),
    password: login.secretValueFromJson('password').unsafeUnwrap(),
  };
}

/**
 * Secret whose whole value is a MONGO_URI.
 *
 * LibreChat takes nothing but the complete URI. The password in it is a reference that CloudFormation resolves: it
 * never stands in the template.
 */
export function uriSecret(scope: Construct, config: DeploymentConfig, uri: string): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, 'MongoUri', {
    description: 'MONGO_URI: where LibreChat keeps users, chats and settings',
    removalPolicy: retainUnlessDestroyed(config),
    secretStringValue: SecretValue.unsafePlainText(uri),
  });
}
