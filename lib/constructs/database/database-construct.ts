import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import type { ILibreChatCompute } from '../compute/compute.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import { containerCache, containerDocuments, containerVectors } from './container-stores.ts';
import { DocumentDatabase } from './document-database.ts';
import { PostgresDatabase } from './postgres-database.ts';
import type { CacheStore, DocumentStore, VectorStore } from './stores.ts';
import { ValkeyCache } from './valkey-cache.ts';

/** Properties for {@link DatabaseConstruct}. */
export interface DatabaseConstructProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;
}

/** The three stores of a deployment, each managed by AWS, in a container beside LibreChat, or somebody else's. */
export class DatabaseConstruct extends Construct {
  readonly documents: DocumentStore;

  /** Undefined without RAG. */
  readonly vectors: VectorStore | undefined;

  /** Undefined without Redis. */
  readonly cache: CacheStore | undefined;

  constructor(scope: Construct, id: string, { config, network }: DatabaseConstructProps) {
    super(scope, id);
    this.documents = this.createDocuments(config, network);
    this.vectors = config.features.rag ? this.createVectors(config, network) : undefined;
    this.cache = this.createCache(config, network);
  }

  /** Opens each store to the part of `compute` that uses it. */
  allowFrom(compute: ILibreChatCompute): void {
    this.documents.connectable?.connections.allowDefaultPortFrom(compute, 'LibreChat: users, chats, settings');
    this.cache?.connectable?.connections.allowDefaultPortFrom(compute, 'LibreChat: sessions and streams');
    if (compute.ragApi !== undefined)
      this.vectors?.connectable?.connections.allowDefaultPortFrom(compute.ragApi, 'RAG API: embeddings');
  }

  /** What tells whether the stores are well. */
  watched(): Watched[] {
    return [this.documents, this.vectors, this.cache].flatMap((store) => store?.watched ?? []);
  }

  private createDocuments(config: DeploymentConfig, network: NetworkConstruct): DocumentStore {
    switch (config.documentStore.type) {
      case 'container':
        return containerDocuments(this, config);
      case 'documentdb':
        return new DocumentDatabase(this, 'Documents', { config, network, settings: config.documentStore });
      case 'external':
        return {
          uri: {
            secret: secretsmanager.Secret.fromSecretCompleteArn(this, 'MongoUri', config.documentStore.uriSecretArn),
          },
          rootLogin: undefined,
          isInitialized: false,
          connectable: undefined,
        };
    }
  }

  private createVectors(config: DeploymentConfig, network: NetworkConstruct): VectorStore | undefined {
    const settings = config.vectorStore;
    if (settings === undefined) return undefined;
    return settings.type === 'container'
      ? containerVectors(this, config)
      : new PostgresDatabase(this, 'Vectors', { config, network, settings });
  }

  private createCache(config: DeploymentConfig, network: NetworkConstruct): CacheStore | undefined {
    switch (config.redis.type) {
      case 'none':
        return undefined;
      case 'container':
        return containerCache(this, config);
      case 'elasticache':
        return new ValkeyCache(this, 'Cache', { config, network, settings: config.redis });
    }
  }
}
