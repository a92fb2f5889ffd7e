import type { Ec2Config } from '../../../../config/schema.ts';
import { IMAGES, librechatImage } from '../../../../config/versions.ts';
import { mirrored } from '../../../utils/images.ts';
import { PORTS } from '../container-environment.ts';
import { librechatHealthCommand } from '../health-check.ts';

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

/** A folder of the data volume that a container writes, and who it belongs to. */
export interface DataFolder {
  readonly path: string;
  readonly target: string;

  /** uid:gid on the machine, which is the same in the container. */
  readonly owner: string;
  readonly mode: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** uid:gid that the images' own users have; Meilisearch's image has none, and runs as anybody. */
const USERS = {
  librechat: '1000:1000',
  meilisearch: '1000:1000',
  mongodb: '999:999',
  vectordb: '999:999',
  redis: '999:1000',
} as const;

/** Every folder that the images write and that must outlive them. */
const DATA_FOLDERS: Readonly<Partial<Record<ServiceName, readonly DataFolder[]>>> = {
  librechat: [
    {
      path: '/data/librechat/images',
      target: '/app/client/public/images',
      owner: USERS.librechat,
      mode: '0750',
    },
    { path: '/data/librechat/uploads', target: '/app/uploads', owner: USERS.librechat, mode: '0750' },
    { path: '/data/librechat/logs', target: '/app/logs', owner: USERS.librechat, mode: '0750' },
    { path: '/data/librechat/data', target: '/app/data', owner: USERS.librechat, mode: '0750' },
  ],
  meilisearch: [{ path: '/data/meilisearch', target: '/meili_data', owner: USERS.meilisearch, mode: '0700' }],
  mongodb: [{ path: '/data/mongodb', target: '/data/db', owner: USERS.mongodb, mode: '0700' }],
  vectordb: [{ path: '/data/vectordb', target: '/var/lib/postgresql/data', owner: USERS.vectordb, mode: '0700' }],
};

/** Which containers a configuration has. */
type Present = Readonly<Record<ServiceName, boolean>>;

function present({ documentStore, vectorStore, redis, features }: Ec2Config): Present {
  return {
    librechat: true,
    rag_api: features.rag,
    meilisearch: features.search,
    mongodb: documentStore.type === 'container',
    vectordb: features.rag && vectorStore?.type === 'container',
    redis: redis.type === 'container',
  };
}

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

/** Folders of the data volume that the configuration's containers write. */
export function dataFoldersOf(config: Ec2Config): readonly DataFolder[] {
  const has = present(config);
  return (Object.keys(SERVICES) as ServiceName[]).flatMap((name) => (has[name] ? (DATA_FOLDERS[name] ?? []) : []));
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

/** Without the source (data volume not mounted) the container doesn't start, instead of starting empty. */
const NOT_MADE_UP = { create_host_path: false } as const;

function dataMounts(name: ServiceName): Fields[] {
  const folders = DATA_FOLDERS[name] ?? [];
  return folders.map(({ path, target }) => ({ type: 'bind', source: path, target, bind: NOT_MADE_UP }));
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

/** Checked often while starting, so that what waits for it doesn't wait long, then seldom. */
function healthCheck(test: readonly string[], startPeriod: string): Fields {
  return { test, interval: '30s', timeout: '10s', retries: 5, start_period: startPeriod, start_interval: '3s' };
}

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
    // Node itself, not npm before it: SIGTERM has to arrive.
    command: ['node', 'api/server/index.js'],
    working_dir: '/app',
    user: USERS.librechat,
    init: true,
    // LibreChat lets running answers end for 60 s.
    stop_grace_period: '90s',
    ports: [`127.0.0.1:${PORTS.librechat}:${PORTS.librechat}`],
    networks: ['outside', 'inside'],
    volumes: [...dataMounts('librechat'), CONFIG_MOUNT],
    labels: CONFIG_LABEL,
    healthcheck: healthCheck(librechatHealthCommand(), '120s'),
    depends_on: Object.fromEntries(needs.map(([name, condition]) => [name, { condition }])),
  };
}

function ragApi(config: Ec2Config, has: Present): Service {
  const url = `http://127.0.0.1:${PORTS.ragApi}/health`;
  // It answers 200 with DOWN in the body when its database is away.
  const check = `import sys, urllib.request; sys.exit(b'"UP"' not in urllib.request.urlopen('${url}', timeout=5).read())`;
  return {
    image: mirrored(IMAGES.ragApi, config),
    init: true,
    stop_grace_period: '30s',
    networks: ['outside', 'inside'],
    volumes: [CONFIG_MOUNT],
    labels: CONFIG_LABEL,
    healthcheck: healthCheck(['CMD', 'python', '-c', check], '120s'),
    depends_on: has.vectordb ? { vectordb: { condition: 'service_healthy' } } : {},
  };
}

function meilisearch(config: Ec2Config): Service {
  const check = `wget -qO- http://127.0.0.1:${PORTS.meilisearch}/health | grep -q available`;
  return {
    image: mirrored(IMAGES.meilisearch, config),
    user: USERS.meilisearch,
    stop_grace_period: '30s',
    networks: ['inside'],
    volumes: dataMounts('meilisearch'),
    healthcheck: healthCheck(['CMD-SHELL', check], '60s'),
  };
}

function mongodb(config: Ec2Config): Service {
  // By its name on the network: while it makes its first user it listens on loopback only, and isn't ready yet.
  const check = ['mongosh', '--quiet', '--host', 'mongodb', '--eval', "quit(db.adminCommand('ping').ok ? 0 : 1)"];
  return {
    image: mirrored(IMAGES.mongodb, config),
    // A quarter of its memory as cache; left alone it takes half of what it believes the machine has.
    command: ['mongod', '--auth', '--bind_ip_all', '--quiet', '--wiredTigerCacheSizeGB', '0.25'],
    user: USERS.mongodb,
    hostname: 'mongodb',
    ulimits: { nofile: 64_000 },
    // The image asks for a volume there, which only a server of configurations would use.
    tmpfs: ['/data/configdb'],
    stop_grace_period: '60s',
    networks: ['inside'],
    volumes: dataMounts('mongodb'),
    healthcheck: healthCheck(['CMD', ...check], '120s'),
  };
}

function vectordb(config: Ec2Config): Service {
  // By TCP: while it makes the database it listens on its socket only, and isn't ready yet.
  const check = 'pg_isready --quiet --host 127.0.0.1 --username "$$POSTGRES_USER" --dbname "$$POSTGRES_DB"';
  return {
    image: mirrored(IMAGES.pgvector, config),
    user: USERS.vectordb,
    shm_size: '128m',
    stop_grace_period: '60s',
    networks: ['inside'],
    volumes: dataMounts('vectordb'),
    healthcheck: healthCheck(['CMD-SHELL', check], '120s'),
  };
}

/** Valkey. What it holds (sessions, streams, locks) may be lost with it, so nothing is written to disk. */
function redis(config: Ec2Config): Service {
  const settings = [
    'requirepass "$$REDIS_PASSWORD"',
    'save ""',
    'appendonly no',
    `maxmemory ${Math.floor(MEMORY_MIB.redis * 0.75)}mb`,
    'maxmemory-policy volatile-lru',
  ];
  return {
    image: mirrored(IMAGES.valkey, config),
    // Settings from standard input: a password on the command line could be read by everybody on the machine.
    entrypoint: ['/bin/sh', '-c', ['exec valkey-server - <<EOF', ...settings, 'EOF', ''].join('\n')],
    user: USERS.redis,
    read_only: true,
    tmpfs: ['/data', '/tmp'],
    stop_grace_period: '20s',
    networks: ['inside'],
    healthcheck: healthCheck(['CMD-SHELL', 'REDISCLI_AUTH="$$REDIS_PASSWORD" valkey-cli ping | grep -q PONG'], '30s'),
  };
}
