import type { Ec2Config } from '../../../../config/schema.ts';
import { LIBRECHAT_USER } from '../librechat-image.ts';

/**
 * The most memory in MiB that each container may take.
 *
 * Limits, not reservations: a leak ends its own container instead of the machine. LibreChat was measured at 890 MiB
 * with 200 live streams, and one process fills a core before it fills more, so a larger machine does not raise them:
 * what they leave free is the page cache of the databases.
 */
export const MEMORY_MIB = {
  librechat: 2048,
  rag_api: 1536,
  meilisearch: 1024,
  mongodb: 1024,
  vectordb: 512,
  redis: 256,
} as const;

/** Names of the containers, which are their host names on the machine's own networks. */
export type ServiceName = keyof typeof MEMORY_MIB;

/** A service of the compose file, as far as it is written here. */
export type Service = Readonly<Record<string, unknown>> & { readonly image: string };

/** Fields of a service, or of a part of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** uid:gid that the images' own users have; Meilisearch's image has none, and runs as anybody. */
export const USERS = {
  librechat: LIBRECHAT_USER,
  meilisearch: '1000:1000',
  mongodb: '999:999',
  vectordb: '999:999',
  redis: '999:1000',
} as const;

/** Which containers a configuration has. */
export type Present = Readonly<Record<ServiceName, boolean>>;

/** Containers of a configuration. */
export function present({ documentStore, vectorStore, redis, features }: Ec2Config): Present {
  return {
    librechat: true,
    rag_api: features.rag,
    meilisearch: features.search,
    mongodb: documentStore.type === 'container',
    vectordb: features.rag && vectorStore?.type === 'container',
    redis: redis.type === 'container',
  };
}

/** Checked often while starting, so that what waits for it doesn't wait long, then seldom. */
export function healthCheck(test: readonly string[], startPeriod: string): Fields {
  return { test, interval: '30s', timeout: '10s', retries: 5, start_period: startPeriod, start_interval: '3s' };
}

/** Without the source (data volume not mounted) the container doesn't start, instead of starting empty. */
export const NOT_MADE_UP = { create_host_path: false } as const;
