import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Ec2Config } from '../../../../config/schema.ts';
import { VECTOR_DATABASE } from '../../../utils/connection-strings.ts';
import { CONTAINER_HOSTS } from '../../database/container-stores.ts';
import type { ComputeProps } from '../compute.ts';
import {
  type ContainerEnvironment,
  librechatEnvironment,
  meilisearchEnvironment,
  PORTS,
  ragApiEnvironment,
} from '../container-environment.ts';
import { MEMORY_MIB } from './service-parts.ts';

type Parts = Pick<ComputeProps<Ec2Config>, 'config' | 'database' | 'secrets'>;

/** nginx on the machine is one more proxy. */
const MACHINE_HOPS = 1;

/** Environment of every container on the machine, by its name in the compose file. */
export function instanceEnvironments(
  scope: Construct,
  props: ComputeProps<Ec2Config>,
): Record<string, ContainerEnvironment> {
  const { config, database, storage, secrets } = props;
  const { region } = Stack.of(scope);
  return {
    librechat: librechatEnvironment({
      ...props,
      documents: database.documents,
      cache: database.cache,
      proxyHops: props.proxyHops + MACHINE_HOPS,
      region,
      bucketName: storage.bucketName,
      ragApiUrl: config.features.rag ? `http://rag_api:${PORTS.ragApi}` : undefined,
      meilisearchUrl: config.features.search ? `http://meilisearch:${PORTS.meilisearch}` : undefined,
      memoryMiB: MEMORY_MIB.librechat,
      isSingleProcess: true,
    }),
    ...(database.vectors === undefined
      ? {}
      : { rag_api: ragApiEnvironment({ config, secrets, vectors: database.vectors, region }) }),
    ...(config.features.search ? { meilisearch: meilisearchEnvironment(secrets, MEMORY_MIB.meilisearch) } : {}),
    ...storeEnvironments({ config, database, secrets }),
  };
}

/** The environments as the machine reads them: variables as they are, secrets by where to fetch them. */
export function containerSettings(
  environments: Readonly<Record<string, ContainerEnvironment>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(environments).map(([name, { variables, secrets }]) => [
      name,
      {
        variables,
        secrets: Object.fromEntries(
          Object.entries(secrets).map(([variable, { secret, field }]) => [variable, { arn: secret.secretArn, field }]),
        ),
      },
    ]),
  );
}

/** Stores that run in containers beside LibreChat: each image's own variables. */
function storeEnvironments({ config, database }: Parts): Record<string, ContainerEnvironment> {
  const { documents, vectors, cache } = database;
  return {
    ...(documents.rootLogin === undefined
      ? {}
      : {
          [CONTAINER_HOSTS.documents]: {
            variables: {},
            secrets: {
              MONGO_INITDB_ROOT_USERNAME: documents.rootLogin.username,
              MONGO_INITDB_ROOT_PASSWORD: documents.rootLogin.password,
            },
          },
        }),
    ...(vectors === undefined || config.vectorStore?.type !== 'container'
      ? {}
      : {
          [CONTAINER_HOSTS.vectors]: {
            variables: { POSTGRES_DB: VECTOR_DATABASE },
            secrets: { POSTGRES_USER: vectors.username, POSTGRES_PASSWORD: vectors.password },
          },
        }),
    ...(cache === undefined || config.redis.type !== 'container'
      ? {}
      : { [CONTAINER_HOSTS.cache]: { variables: {}, secrets: { REDIS_PASSWORD: cache.password } } }),
  };
}
