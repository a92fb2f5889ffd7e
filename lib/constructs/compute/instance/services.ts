import type { Ec2Config } from '../../../../config/schema.ts';
import { IMAGES, librechatImage } from '../../../../config/versions.ts';
import { mirrored } from '../../../utils/images.ts';
import { PORTS } from '../container-environment.ts';
import { librechatHealthCommand, meilisearchHealthCommand, ragApiHealthCommand } from '../health-check.ts';
import { LIBRECHAT } from '../librechat-image.ts';
import { dataMounts } from './data-folders.ts';
import {
  type Fields,
  healthCheck,
  MEMORY_MIB,
  NOT_MADE_UP,
  type Present,
  present,
  type Service,
  type ServiceName,
  USERS,
} from './service-parts.ts';
import { mongodb, redis, vectordb } from './store-services.ts';

const SERVICES = { librechat, rag_api: ragApi, meilisearch, mongodb, vectordb, redis } satisfies Record<
  ServiceName,
  (config: Ec2Config, has: Present) => Service
>;

/** The containers that the configuration has, by name. */
export function servicesOf(config: Ec2Config): Readonly<Record<string, Service>> {
  const has = present(config);
  const names = (Object.keys(SERVICES) as ServiceName[]).filter((name) => has[name]);
  return Object.fromEntries(names.map((name) => [name, { ...common(name), ...SERVICES[name](config, has) }]));
}

/** What all containers have in common. */
function common(name: ServiceName): Fields {
  return {
    container_name: name,
    restart: 'unless-stopped',
    // Read as it is: a `$` or a quote in a password means nothing.
    env_file: [{ path: `/etc/librechat/env/${name}.env`, format: 'raw' }],
    mem_limit: `${MEMORY_MIB[name]}m`,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    logging: logging(name),
  };
}

/**
 * Docker's own way to CloudWatch, rather than the agent reading Docker's files: events arrive as the container wrote
 * them, one stream a container, and `docker logs` keeps working from a local cache that rotates itself. Non-blocking:
 * a CloudWatch that doesn't answer neither stops a container nor keeps it from starting.
 */
function logging(name: ServiceName): Fields {
  return {
    driver: 'awslogs',
    options: {
      'awslogs-region': '${AWS_REGION:?}',
      'awslogs-group': '${LOG_GROUP:?}',
      'awslogs-stream': `${name}/\${INSTANCE_ID:?}`,
      mode: 'non-blocking',
      'max-buffer-size': '4m',
    },
  };
}

/** librechat.yaml and the CA bundle, where `boot.sh` puts them. */
const CONFIG_MOUNT: Fields = {
  type: 'bind',
  source: '/etc/librechat/config',
  target: '/config',
  read_only: true,
  bind: NOT_MADE_UP,
};

/** Compose sees no change inside a mounted file: its hash in a label makes it replace the container. */
const CONFIG_LABEL = { 'librechat.config': '${CONFIG_HASH:?}' } as const;

function librechat(config: Ec2Config, has: Present): Service {
  // Without its database LibreChat ends itself; without search or RAG it only lacks them.
  const conditions: Partial<Record<ServiceName, string>> = {
    mongodb: 'service_healthy',
    redis: 'service_healthy',
    meilisearch: 'service_started',
    rag_api: 'service_started',
  };
  const needs = Object.entries(conditions).filter(([name]) => has[name as ServiceName]);
  return {
    image: mirrored(librechatImage(config.librechatVersion), config),
    command: ['node', LIBRECHAT.entry],
    working_dir: LIBRECHAT.workingDirectory,
    user: USERS.librechat,
    init: true,
    stop_grace_period: `${LIBRECHAT.stopSeconds}s`,
    ports: [`127.0.0.1:${PORTS.librechat}:${PORTS.librechat}`],
    networks: ['outside', 'inside'],
    volumes: [...dataMounts('librechat'), CONFIG_MOUNT],
    labels: CONFIG_LABEL,
    healthcheck: healthCheck(librechatHealthCommand(), '120s'),
    depends_on: Object.fromEntries(needs.map(([name, condition]) => [name, { condition }])),
  };
}

function ragApi(config: Ec2Config, has: Present): Service {
  return {
    image: mirrored(IMAGES.ragApi, config),
    init: true,
    stop_grace_period: '30s',
    networks: ['outside', 'inside'],
    volumes: [CONFIG_MOUNT],
    labels: CONFIG_LABEL,
    healthcheck: healthCheck(ragApiHealthCommand(), '120s'),
    depends_on: has.vectordb ? { vectordb: { condition: 'service_healthy' } } : {},
  };
}

function meilisearch(config: Ec2Config): Service {
  return {
    image: mirrored(IMAGES.meilisearch, config),
    user: USERS.meilisearch,
    stop_grace_period: '30s',
    networks: ['inside'],
    volumes: dataMounts('meilisearch'),
    healthcheck: healthCheck(meilisearchHealthCommand(), '60s'),
  };
}
