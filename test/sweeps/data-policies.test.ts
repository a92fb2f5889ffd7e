import { expect, test } from 'vitest';
import { ENVIRONMENTS } from '../../config/schema.ts';
import { policyRows } from '../../scripts/generate-data-policies.ts';

const rows = policyRows();
const DATABASES = ['DocumentDB', 'PostgreSQL (RDS)', 'PostgreSQL (Aurora)'];
const FILES = ['data volume (mode ec2)', 'file system (mode ecs)', 'bucket of documents'];
const lasting = rows.filter(({ store }) => [...DATABASES, ...FILES, 'secrets'].includes(store));
const from = (...environments: string[]) => lasting.filter(({ environment }) => environments.includes(environment));
const removals = (...environments: string[]) => [...new Set(from(...environments).map(({ removal }) => removal))];

test('every store has one line in every environment', () => {
  for (const environment of ENVIRONMENTS) {
    const stores = from(environment).map(({ store }) => store);
    expect(stores.sort(), environment).toEqual([...DATABASES, ...FILES, 'secrets'].sort());
  }
});

test('production and enterprise keep all data, development none, staging at least a snapshot', () => {
  expect(removals('production', 'enterprise')).toEqual(['stays']);
  expect(removals('development')).toEqual(['deleted']);
  expect(removals('staging')).not.toContain('deleted');
});

test('secrets stay wherever the data that they open does, or a snapshot of it', () => {
  for (const environment of ENVIRONMENTS) {
    const keepsData = from(environment).some(({ store, removal }) => store !== 'secrets' && removal !== 'deleted');
    const secrets = from(environment).find(({ store }) => store === 'secrets');
    expect(secrets?.removal, environment).toBe(keepsData ? 'stays' : 'deleted');
  }
});

test('databases are protected from deletion in production and enterprise, and the vault of enterprise is locked', () => {
  for (const { environment, store, protection } of lasting.filter(({ store }) => DATABASES.includes(store)))
    expect(protection, `${environment} ${store}`).toBe(
      ['production', 'enterprise'].includes(environment) ? 'on' : 'off',
    );
  const vaults = rows.filter(({ store }) => store === 'backup vault');
  expect(vaults.map(({ environment, removal }) => [environment, removal])).toEqual([
    ['staging', 'stays'],
    ['production', 'stays'],
    ['enterprise', 'stays'],
  ]);
  expect(vaults.map(({ protection }) => protection.startsWith('locked'))).toEqual([false, false, true]);
});

test('databases have backups everywhere, all other data outside development', () => {
  const without = lasting.filter(({ backups, store }) => backups === 'none' && store !== 'secrets');
  expect(without.map(({ environment, store }) => `${environment} ${store}`)).toEqual([
    'development data volume (mode ec2)',
    'development file system (mode ecs)',
  ]);
});
