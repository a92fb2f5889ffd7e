/**
 * Every version that a deployment runs, in one place.
 *
 * Every image is pinned by the digest of its index (amd64 and arm64), because a tag can be pushed again. Only a release
 * of LibreChat whose digest nobody has written down here yet comes by its tag.
 */
export const DEFAULT_LIBRECHAT_VERSION = 'v0.8.8';

/** v0.8.8 and newer; of release candidates those of later versions, for v0.8.8's own crash or lose indexes on DocumentDB. */
export const LIBRECHAT_VERSION = /^v0\.(8\.8|(8\.(9|[1-9]\d)|(9|[1-9]\d)\.\d+)(-rc\d+)?)$/;

/** Registry digest of LibreChat releases. Source: GitHub container registry, read 2026-10-08. */
const LIBRECHAT_DIGESTS: Readonly<Record<string, string>> = {
  'v0.8.8': 'sha256:5b706bcee1ca154a1e2987303aaeca0eb27f97919cccee4bb604226c2f8abf61',
};

/** Image of a LibreChat release, by digest where it is known. */
export function librechatImage(version: string): string {
  const digest = LIBRECHAT_DIGESTS[version];
  return `ghcr.io/librechat-ai/librechat${digest === undefined ? `:${version}` : `@${digest}`}`;
}

/**
 * Images beside LibreChat, by digest.
 *
 * Those of Meilisearch, pgvector, Valkey and the AWS CLI were read on 2026-11-25 from public repositories that name tag
 * and digest together: for each several, of different people, who pulled it on machines of both architectures or say
 * that it is the index.
 */
export const IMAGES = {
  /** Remote embeddings only; the full image carries gigabytes of local models. Digest of 2026-10-08. */
  ragApi:
    'ghcr.io/librechat-ai/librechat-rag-api-dev-lite@sha256:a62ce2221b43a9bb57fa6cb733e7047c80132960272c33d5704028f3071a1251',
  /** 8.0.20 */
  mongodb: 'docker.io/library/mongo@sha256:098862b1339f031900ca66cf8fef799e616d6324fa41b9a263f2ec899552c1ef',
  /** v1.35.1 */
  meilisearch: 'docker.io/getmeili/meilisearch@sha256:8b57fc3c7f46535ddef3828df1538465ac19d892eb57c9a10da6df0880bd5856',
  /** 0.8.0-pg17 */
  pgvector: 'docker.io/pgvector/pgvector@sha256:40b404964359299eefdd5f8518facf1886c562848cf4de13b6eaf91cb70c2b87',
  /** 8.1.10-alpine */
  valkey: 'docker.io/valkey/valkey@sha256:081c2f5cb575efc901aa80ff9cdbd1ec6a301682fd35e1ebb4b0990a4a4a8507',
  /** 2.37.4 */
  awsCli: 'public.ecr.aws/aws-cli/aws-cli@sha256:fdd8d1fcbea9c371678dee5a40df8b178c7a781b4586605756ee28114c97ead6',
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
