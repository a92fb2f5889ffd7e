import type { Ec2Config } from '../../../../config/schema.ts';
import { IMAGES } from '../../../../config/versions.ts';
import { mirrored } from '../../../utils/images.ts';
import { dataMounts } from './data-folders.ts';
import { healthCheck, MEMORY_MIB, type Service, USERS } from './service-parts.ts';

/** MongoDB. */
export function mongodb(config: Ec2Config): Service {
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

/** PostgreSQL with pgvector. */
export function vectordb(config: Ec2Config): Service {
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
export function redis(config: Ec2Config): Service {
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
