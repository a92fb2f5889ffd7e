/** LibreChat's database, the same in every mode and in its initializer. */
export const DOCUMENT_DATABASE = 'LibreChat';

/** The RAG API's database. */
export const VECTOR_DATABASE = 'librechat_rag';

/** Where the CA bundle of RDS and DocumentDB lies in every container. */
export const CA_BUNDLE_PATH = '/config/rds-ca-bundle.pem';

/** Where a MongoDB URI leads, and as whom. User and password may be deploy-time references: they are not escaped here. */
export interface MongoUriParts {
  readonly username: string;

  /** Of letters and digits only, as `loginSecret` generates it: a reference resolved at deploy time cannot be escaped. */
  readonly password: string;
  readonly host: string;
  readonly port: string;
}

/**
 * URI of MongoDB in a container of the same machine.
 */
export function mongoContainerUri({ username, password, host, port }: MongoUriParts): string {
  return `mongodb://${username}:${password}@${host}:${port}/${DOCUMENT_DATABASE}?authSource=admin`;
}

/**
 * URI of DocumentDB 5.0.
 *
 * Reads stay on the primary: the driver refuses another preference inside a transaction. SCRAM-SHA-1 is what 5.0.0
 * knows, retryable writes it does not.
 */
export function documentDbUri({ username, password, host, port }: MongoUriParts): string {
  const options = new URLSearchParams({
    tls: 'true',
    tlsCAFile: CA_BUNDLE_PATH,
    replicaSet: 'rs0',
    retryWrites: 'false',
    authSource: 'admin',
    authMechanism: 'SCRAM-SHA-1',
  });
  return `mongodb://${username}:${password}@${host}:${port}/${DOCUMENT_DATABASE}?${decodeURIComponent(options.toString())}`;
}

/** URI of Redis or Valkey without its password, which LibreChat takes from REDIS_PASSWORD. */
export function redisUri({
  host,
  port,
  tls,
}: {
  readonly host: string;
  readonly port: string;
  readonly tls: boolean;
}): string {
  return `${tls ? 'rediss' : 'redis'}://${host}:${port}`;
}
