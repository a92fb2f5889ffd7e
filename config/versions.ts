/**
 * Every version that a deployment runs, in one place.
 *
 * A digest stands where it was published for the tag (index digest, amd64 and arm64); otherwise the exact tag is used.
 */
export const DEFAULT_LIBRECHAT_VERSION = 'v0.8.8';

/** v0.8.8 and newer, release candidates of later versions included. */
export const LIBRECHAT_VERSION = /^v0\.(8\.(8|9|[1-9]\d)|(9|[1-9]\d)\.\d+)(-rc\d+)?$/;

/** Registry digest of LibreChat releases. Source: GitHub container registry, read 2026-10-08. */
const LIBRECHAT_DIGESTS: Readonly<Record<string, string>> = {
  'v0.8.8': 'sha256:5b706bcee1ca154a1e2987303aaeca0eb27f97919cccee4bb604226c2f8abf61',
};

/** Image of a LibreChat release, by digest where it is known. */
export function librechatImage(version: string): string {
  const digest = LIBRECHAT_DIGESTS[version];
  return `ghcr.io/librechat-ai/librechat${digest === undefined ? `:${version}` : `@${digest}`}`;
}

export const IMAGES = {
  /** Remote embeddings only; the full image carries gigabytes of local models. Digest of 2026-10-08. */
  ragApi:
    'ghcr.io/librechat-ai/librechat-rag-api-dev-lite@sha256:a62ce2221b43a9bb57fa6cb733e7047c80132960272c33d5704028f3071a1251',
  /** 8.0.20 */
  mongodb: 'docker.io/library/mongo@sha256:098862b1339f031900ca66cf8fef799e616d6324fa41b9a263f2ec899552c1ef',
  meilisearch: 'docker.io/getmeili/meilisearch:v1.35.1',
  pgvector: 'docker.io/pgvector/pgvector:0.8.0-pg17',
  valkey: 'docker.io/valkey/valkey:8.1-alpine',
  awsCli: 'public.ecr.aws/aws-cli/aws-cli:2.31.0',
} as const;

/**
 * Docker's compose plug-in, which Amazon Linux 2023 does not package.
 *
 * Checksums of docker-compose-linux-<architecture> as the release publishes them (github.com/docker/compose, v5.6.0),
 * read on 2026-11-24 from a dozen projects that pin the same two values, several of them on Amazon Linux 2023.
 */
export const COMPOSE_PLUGIN = {
  version: 'v5.6.0',
  sha256: {
    aarch64: '733ec76717ceb59052a9609b9dadfb523b2df8eab57a54212872d10a58078ea2',
    x86_64: '40343e21ca777173e69cff5dbafeb37c6f81f3b0d57d9e597f036e95eb63e76a',
  },
} as const;

export const ENGINES = {
  postgres: '17.9',
  auroraPostgres: '17.9',
  documentDb: '5.0.0',
  valkey: '8.0',
} as const;
