import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Watched } from '../monitoring/watched.ts';
import type { SecretValueRef } from '../security/application-secrets.ts';

/** A store as its users see it. What runs beside LibreChat on one machine has no `connectable`. */
interface Store {
  /** Opens the port; undefined for a container of the same machine. */
  readonly connectable: ec2.IConnectable | undefined;

  /**
   * What tells whether the store is well.
   *
   * @default - nothing, for a store that publishes no metrics
   */
  readonly watched?: readonly Watched[];
}

/** LibreChat's users, chats and settings. */
export interface DocumentStore extends Store {
  /** The whole MONGO_URI. */
  readonly uri: SecretValueRef;

  /** Root login of a MongoDB container: its user and password. */
  readonly rootLogin: { readonly username: SecretValueRef; readonly password: SecretValueRef } | undefined;

  /** Whether an initializer made all indexes, so that LibreChat need not. */
  readonly isInitialized: boolean;
}

/** The RAG API's PostgreSQL. */
export interface VectorStore extends Store {
  readonly host: string;
  readonly port: string;
  readonly username: SecretValueRef;
  readonly password: SecretValueRef;

  /** Whether the connection is encrypted and the server's name verified. */
  readonly tls: boolean;

  /** Whether an initializer made extension, tables and indexes. */
  readonly isInitialized: boolean;
}

/** Redis or Valkey. */
export interface CacheStore extends Store {
  readonly host: string;
  readonly port: string;
  readonly password: SecretValueRef;
  readonly tls: boolean;
}
