import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeFile, instanceFiles } from '../../../../lib/constructs/compute/instance/compose.ts';
import { MEMORY_MIB, type ServiceName } from '../../../../lib/constructs/compute/instance/service-parts.ts';
import { Machine, removeMachines } from './sandbox.ts';
import { containers, ec2Config, EVERYTHING } from './settings.ts';

const full = ec2Config(EVERYTHING);
const compose = parse(composeFile(full));
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a rendered file is asserted on by path
type Service = Readonly<Record<string, any>>;
interface Volume {
  readonly source: string;
  readonly target: string;
}
const services = compose.services as Readonly<Record<ServiceName, Service>>;
const each = Object.entries(services);
const dataVolumes = ({ volumes = [] }: Service) =>
  (volumes as Volume[]).filter(({ source }) => source.startsWith('/data/'));

const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:atlas-AbCdEf';

afterAll(removeMachines);

describe('the compose file', () => {
  test.each([
    ['MongoDB beside LibreChat', ec2Config(), ['librechat', 'mongodb']],
    ['everything in containers', full, ['librechat', 'meilisearch', 'mongodb', 'rag_api', 'redis', 'vectordb']],
    [
      'managed stores',
      ec2Config({
        documentStore: { type: 'documentdb' },
        vectorStore: { type: 'rds' },
        redis: { type: 'elasticache' },
        features: { rag: true },
        network: { natGateways: 1 },
      }),
      ['librechat', 'rag_api'],
    ],
    ['an external MongoDB', ec2Config({ documentStore: { type: 'external', uriSecretArn: secretArn } }), ['librechat']],
    ['a vector store that nothing uses', ec2Config({ vectorStore: { type: 'container' } }), ['librechat', 'mongodb']],
  ])('has the containers of the configuration: %s', (_, config, names) => {
    expect(Object.keys(parse(composeFile(config)).services).sort()).toEqual(names);
  });

  test('publishes LibreChat alone, and on loopback', () => {
    expect(each.filter(([, { ports }]) => ports !== undefined).map(([name, { ports }]) => [name, ports])).toEqual([
      ['librechat', ['127.0.0.1:3080:3080']],
    ]);
  });

  test('lets only LibreChat and the RAG API out', () => {
    expect(compose.networks).toEqual({ outside: {}, inside: { internal: true } });
    const outside = each.filter(([, { networks }]) => networks.includes('outside')).map(([name]) => name);
    expect(outside.sort()).toEqual(['librechat', 'rag_api']);
    for (const [, { networks }] of each) expect(networks).toContain('inside');
  });

  test('pins every image, and takes all of them from a mirror', () => {
    const mirror = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror';
    const mirrored = parse(composeFile(ec2Config({ ...EVERYTHING, imageRegistry: mirror }))).services;
    for (const [name, { image }] of each) {
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$|:v?\d+\.\d+[\w.-]*$/);
      expect(mirrored[name].image).toBe(`${mirror}/${image.split('/').slice(1).join('/')}`);
    }
  });

  test('gives each container its own environment, as it is', () => {
    for (const [name, { env_file: file, environment }] of each) {
      expect(file).toEqual([{ path: `/etc/librechat/env/${name}.env`, format: 'raw' }]);
      expect(environment).toBeUndefined();
    }
    expect(Object.keys(containers()).sort()).toEqual(Object.keys(services).sort());
  });

  test('puts no secret on a command line', () => {
    for (const [, { command, entrypoint }] of each) {
      // What docker hands over is the text; the shell in the container feeds it to standard input.
      const line = [...(entrypoint ?? []), ...(command ?? [])].join(' ').replace(/<<EOF[^]*EOF/, '');
      expect(line).not.toMatch(/PASSWORD|SECRET|KEY/);
    }
  });

  test('keeps what the images write on the data volume, and starts none without it', () => {
    const targets = Object.fromEntries(
      each.map(([name, service]) => [name, dataVolumes(service).map(({ target }) => target)]),
    );
    expect(targets).toEqual({
      librechat: ['/app/client/public/images', '/app/uploads', '/app/logs', '/app/data'],
      rag_api: [],
      meilisearch: ['/meili_data'],
      mongodb: ['/data/db'],
      vectordb: ['/var/lib/postgresql/data'],
      redis: [],
    });
    for (const [, { volumes = [] }] of each)
      for (const volume of volumes) expect(volume).toMatchObject({ type: 'bind', bind: { create_host_path: false } });
  });

  test('has its data folders belong to the user of the container', () => {
    const list = instanceFiles(full)['data-folders'] ?? '';
    const owners = [...list.matchAll(/^(\S+) \S+ (\S+)$/gm)].map(([, owner, path]) => [path, owner]);
    const users = each.flatMap(([, service]) => dataVolumes(service).map(({ source }) => [source, service.user]));
    expect(owners).toEqual(users);
  });

  test('shows librechat.yaml and the CA bundle where the environment says', () => {
    for (const name of ['librechat', 'rag_api'] as const)
      expect(services[name].volumes).toContainEqual(
        expect.objectContaining({ source: '/etc/librechat/config', target: '/config', read_only: true }),
      );
  });

  test('runs LibreChat so that it gets SIGTERM and time to drain', () => {
    expect(services.librechat).toMatchObject({
      command: ['node', 'api/server/index.js'],
      working_dir: '/app',
      user: '1000:1000',
      init: true,
    });
    expect(parseInt(services.librechat.stop_grace_period, 10)).toBeGreaterThanOrEqual(75);
  });

  test('waits for the stores that LibreChat cannot start without', () => {
    expect(services.librechat.depends_on).toEqual({
      mongodb: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
      meilisearch: { condition: 'service_started' },
      rag_api: { condition: 'service_started' },
    });
    expect(services.rag_api.depends_on).toEqual({ vectordb: { condition: 'service_healthy' } });
  });

  test('checks the health of each container with what its image has, and forgives a busy one', () => {
    for (const [name, { healthcheck }] of each) {
      expect([name, healthcheck.test.join(' ')]).not.toEqual([name, expect.stringContaining('curl')]);
      expect(parseInt(healthcheck.timeout, 10)).toBeGreaterThanOrEqual(5);
      expect(healthcheck.retries).toBeGreaterThanOrEqual(3);
      expect(parseInt(healthcheck.start_period, 10)).toBeGreaterThanOrEqual(30);
    }
    // A RAG API whose database is away answers 200.
    expect(services.rag_api.healthcheck.test.join(' ')).toContain('"UP"');
  });

  test('limits the memory of each container and takes its privileges', () => {
    for (const [name, service] of each)
      expect(service).toMatchObject({
        mem_limit: `${MEMORY_MIB[name as ServiceName]}m`,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: 'unless-stopped',
      });
  });

  test('asks for nothing but what boot.sh puts beside it', async () => {
    const box = new Machine();
    await box.boot();
    const there = box.read('opt/librechat/.env').matchAll(/^(\w+)=/gm);
    const asked = composeFile(full).matchAll(/(?<!\$)\$\{(\w+):\?\}/g);
    const names = (matches: Iterable<RegExpExecArray>) => [...new Set([...matches].map((match) => match[1]!))].sort();
    expect(names(asked)).toEqual(names(there));
    expect(composeFile(full).replaceAll(/\$\{\w+:\?\}|\$\$/g, '')).not.toContain('$');
  });
});

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

test.runIf(hasCompose)('`docker compose config` accepts the file', async () => {
  const box = new Machine();
  await box.boot();
  box.edit('opt/librechat/docker-compose.yaml', (text) => text.replaceAll('/etc/librechat', box.path('etc/librechat')));
  const args = ['compose', '--project-directory', box.path('opt/librechat'), 'config', '--quiet'];
  expect(spawnSync('docker', args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
