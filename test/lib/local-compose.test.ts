import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_LIBRECHAT_VERSION, IMAGES, librechatImage } from '../../config/versions.ts';
import { composeFiles, LEFT_OUT } from '../../scripts/lib/local-compose.ts';
import { findDifferences, REASONS } from '../../scripts/lib/local-differences.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = read('docker-compose.yaml');
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a rendered file is asserted on by path
type Service = Readonly<Record<string, any>>;
const services = parse(text).services as Readonly<Record<string, Service>>;

describe('docker-compose.yaml', () => {
  test('has the variables and the librechat.yaml of standard-dev, but for what is listed with a reason', () => {
    const listed = Object.entries(REASONS).flatMap(([where, names]) =>
      Object.keys(names).map((name) => `${where} ${name}`),
    );
    expect(
      findDifferences()
        .map(({ where, name }) => `${where} ${name}`)
        .sort(),
    ).toEqual(listed.sort());
  });

  test('leaves no value open that only a deployment knows', () => {
    for (const [name, { environment }] of Object.entries(services))
      expect([name, JSON.stringify(environment)]).not.toEqual([name, expect.stringMatching(/\(known|\{\{resolve/)]);
  });

  test('takes over everything else from the machine, and says no more than it leaves out', () => {
    const { machine, local } = composeFiles();
    const leftOut = (service: string) =>
      LEFT_OUT.filter((entry) => (entry.service ?? service) === service).map(({ key }) => key);
    expect(Object.keys(services)).toEqual(Object.keys(machine.services));
    for (const [name, service] of Object.entries(machine.services)) {
      const kept = Object.entries(service).filter(([key]) => !leftOut(name).includes(key));
      expect(local.services[name]).toMatchObject(Object.fromEntries(kept));
      for (const key of leftOut(name).filter((left) => left !== 'volumes'))
        expect(local.services[name]).not.toHaveProperty(key);
    }
    const said = new Set(Object.values(machine.services).flatMap((service) => Object.keys(service)));
    for (const { key } of LEFT_OUT) expect(said).toContain(key);
  });

  test('has the images of the stack', () => {
    expect(Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]))).toEqual({
      librechat: librechatImage(DEFAULT_LIBRECHAT_VERSION),
      rag_api: IMAGES.ragApi,
      meilisearch: IMAGES.meilisearch,
      mongodb: IMAGES.mongodb,
      vectordb: IMAGES.pgvector,
      redis: IMAGES.valkey,
    });
  });

  test('keeps in volumes what the machine keeps on its data volume', () => {
    const { machine } = composeFiles();
    for (const [name, { volumes = [] }] of Object.entries(machine.services) as [string, Service][]) {
      const kept = volumes.filter(({ source }: Service) => source.startsWith('/data/'));
      const here = (services[name]!['volumes'] ?? []).filter(({ type }: Service) => type === 'volume');
      expect(here.map(({ target }: Service) => target)).toEqual(kept.map(({ target }: Service) => target));
    }
    const used = [...text.matchAll(/type: volume\n\s+source: (.+)/g)].map(([, name]) => name);
    expect(Object.keys(parse(text).volumes)).toEqual(used);
  });

  test('is reached from this computer only', () => {
    const ports = Object.values(services).flatMap((service) => service['ports'] ?? []);
    expect(ports).toEqual(['127.0.0.1:3080:3080']);
  });

  test('restarts LibreChat for the librechat.yaml that it reads, whose reading the health check sees', () => {
    const { librechat } = services as { librechat: Service };
    const [mount] = librechat['volumes'].filter(({ type }: Service) => type === 'bind');
    expect(mount).toMatchObject({ target: librechat['environment'].CONFIG_PATH, read_only: true });
    expect(librechat['develop'].watch).toEqual([{ path: mount.source, action: 'restart' }]);
    // The check asks once, and notes it there: a restart is to forget that.
    expect(librechat['healthcheck'].test.join(' ')).toContain(`'${librechat['tmpfs'][0]}/`);
    const [, path = ''] = /:-\.\/(.+)\}/.exec(mount.source) ?? [];
    expect(parse(read(path)).registration.socialLogins).toEqual([]);
  });
});
