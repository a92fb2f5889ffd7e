import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Ec2Config } from '../../../../config/schema.ts';
import { COMPOSE_PLUGIN } from '../../../../config/versions.ts';
import { PORTS, STREAM_IDLE_SECONDS } from '../container-environment.ts';
import { librechatYaml } from '../librechat-config.ts';
import { agentConfig, APPLICATION_METRICS, scrapeConfig } from './agent.ts';
import { dataFoldersOf } from './data-folders.ts';
import { servicesOf } from './services.ts';

/** `boot.sh` and what it reads its functions from. */
export const BOOT_FILES = ['boot.sh', 'boot-tools.sh', 'boot-volume.sh', 'boot-containers.sh'] as const;

/** Files that are the same for every configuration. */
const STATIC_FILES = [
  ...BOOT_FILES,
  'write-environment.py',
  'librechat.service',
  'librechat-watch.service',
  'librechat-watch.timer',
  'patch.sh',
  'watch.sh',
  'docker-daemon.json',
  'docker-service.conf',
  'logrotate.conf',
] as const;

/** Upload limit of LibreChat, in megabytes, where librechat.yaml says nothing. */
const DEFAULT_UPLOAD_MEGABYTES = 512;

/**
 * The compose file of the machine: the containers that the configuration has, and nothing else.
 *
 * `${NAME}`s that only the machine knows (region, log group, instance) come from the file `.env` beside it, which
 * `boot.sh` writes; so `docker compose` typed by a person in that folder works too.
 */
export function composeFile(config: Ec2Config): string {
  const document = {
    name: 'librechat',
    services: servicesOf(config),
    networks: {
      // To models, embeddings and files.
      outside: {},
      // Databases have no business with the internet, nor with the machine's credentials.
      inside: { internal: true },
    },
  };
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** Every file of the machine's asset by name, but librechat.yaml and the CA bundle. It starts at `boot.sh`. */
export function instanceFiles(config: Ec2Config): Record<string, string> {
  return {
    ...Object.fromEntries(STATIC_FILES.map((name) => [name, readStatic(name)])),
    'docker-compose.yaml': composeFile(config),
    'nginx.conf': nginxConfig(config),
    'cloudwatch-agent.json': agentConfig(config),
    ...(config.monitoring.applicationMetrics ? { [APPLICATION_METRICS.configFile]: scrapeConfig(config) } : {}),
    'machine.env': machineSettings(config),
    images: lines(Object.values(servicesOf(config)).map(({ image }) => image)),
    'data-folders': lines(dataFoldersOf(config).map(({ owner, mode, path }) => `${owner} ${mode} ${path}`)),
  };
}

function readStatic(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** nginx lets through what LibreChat accepts, and waits as long as a model may think. */
function nginxConfig(config: Ec2Config): string {
  const { fileConfig } = parse(librechatYaml(config)) as { fileConfig?: { serverFileSizeLimit?: number } };
  const values: Readonly<Record<string, number>> = {
    // One more for the form around the file.
    UPLOAD_MEGABYTES: (fileConfig?.serverFileSizeLimit ?? DEFAULT_UPLOAD_MEGABYTES) + 1,
    STREAM_IDLE_SECONDS,
    // Longer than the proxy before it keeps connections, which otherwise meets closed ones (502).
    KEEP_ALIVE_SECONDS: STREAM_IDLE_SECONDS + 5,
    LIBRECHAT_PORT: PORTS.librechat,
  };
  return readStatic('nginx.conf').replaceAll(/@([A-Z_]+)@/g, (placeholder, name: string) =>
    String(values[name] ?? placeholder),
  );
}

/** Inputs of `boot.sh` that are known before the deployment. */
function machineSettings(config: Ec2Config): string {
  const { version, sha256 } = COMPOSE_PLUGIN;
  return lines([
    `COMPOSE_VERSION='${version}'`,
    `COMPOSE_SHA256_AARCH64='${sha256.aarch64}'`,
    `COMPOSE_SHA256_X86_64='${sha256.x86_64}'`,
    `IMAGE_REGISTRY='${config.imageRegistry ?? ''}'`,
    `LIBRECHAT_PORT='${PORTS.librechat}'`,
  ]);
}

function lines(values: readonly string[]): string {
  return values.map((value) => `${value}\n`).join('');
}
