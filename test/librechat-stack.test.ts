import { describe, expect, test } from 'vitest';
import { STATEFUL_TYPES } from '../lib/utils/replacement.ts';
import { EVERY_PRESET, ofType, preset, synthesize } from './helpers/deployments.ts';

/** Properties by which a physical name is fixed. */
const NAMES = new Set([
  'BackupVaultName',
  'BucketName',
  'DBClusterIdentifier',
  'DBInstanceIdentifier',
  'Name',
  'ReplicationGroupId',
]);

describe.each(EVERY_PRESET)('preset %s', (name) => {
  test('keeps the logical id of everything', () => {
    const { template } = preset(name);
    const ids = Object.entries(template.Resources).map(
      ([id, { Type }]) =>
        `${Type} ${id.replace(/[0-9a-f]{12}$/, (revision) => (id.startsWith('ComputeReady') ? '<revision>' : revision))}`,
    );
    expect(ids.sort().join('\n')).toMatchSnapshot();
  });

  test('is the same to the byte when synthesized again', () => {
    // Metadata names the caller of the constructs, which is another line of this file each time.
    const content = ({ files }: ReturnType<typeof synthesize>) =>
      JSON.stringify({ ...files, 'LibreChatStack.metadata.json': '' });
    expect(content(synthesize(name))).toBe(content(preset(name)));
  });

  test('names no resource that holds data', () => {
    for (const type of STATEFUL_TYPES) {
      for (const [id, { Type, Properties }] of ofType(preset(name).template, type)) {
        // An instance names the cluster that it belongs to; a vault must have a name, and has a unique one.
        const own = Object.entries(Properties).filter(
          ([key]) => !(Type.endsWith('DBInstance') && key === 'DBClusterIdentifier'),
        );
        const named = own
          .filter(([key]) => NAMES.has(key))
          .filter(([, value]) => !JSON.stringify(value).includes('AWS::StackId'))
          .map(([key]) => key);
        expect(named, id).toEqual([]);
      }
    }
  });

  test('says where the site is, how to get in and where the logs are', () => {
    expect(Object.keys(preset(name).template.Outputs)).toEqual(
      expect.arrayContaining(['SiteUrl', 'ShellCommand', 'CreateAdminCommand', 'LogGroup']),
    );
  });
});

const DERIVED = new Set(['AWS::ElastiCache::ReplicationGroup', 'AWS::EFS::AccessPoint', 'AWS::Backup::BackupVault']);

test('keeps data, and the secrets that open it, by the same policy', () => {
  for (const [name, policy] of [
    ['minimal-dev', 'Delete'],
    ['production-ecs', 'Retain'],
  ] as const) {
    for (const type of STATEFUL_TYPES) {
      // A cache holds nothing that is not elsewhere; access points are folders of a file system; a vault is left only with backups in it.
      if (DERIVED.has(type)) continue;
      for (const [id, { DeletionPolicy }] of ofType(preset(name).template, type)) {
        // The key of logs and alarms goes with them: they never outlive the stack.
        if (!id.startsWith('OperationsKey')) expect(DeletionPolicy, id).toBe(policy);
      }
    }
  }
});

test('leaves snapshots where the configuration says so, and keeps what has none', () => {
  const { template } = synthesize('production-ecs', { data: { removalPolicy: 'snapshot', deletionProtection: false } });
  const policies = (type: string) => [
    ...new Set(ofType(template, type).map(([, { DeletionPolicy }]) => DeletionPolicy)),
  ];
  expect(policies('AWS::RDS::DBInstance')).toEqual(['Snapshot']);
  expect(policies('AWS::DocDB::DBCluster')).toEqual(['Snapshot']);
  expect(policies('AWS::S3::Bucket')).toEqual(['Retain']);
  expect(policies('AWS::SecretsManager::Secret')).toEqual(['Retain']);
});

test('several deployments live side by side', () => {
  const { template } = synthesize('production-ecs', { stackName: 'Second' });
  const text = JSON.stringify(template);
  expect(text).not.toContain('LibreChatStack');
  expect(text).toContain('/aws/librechat/Second/');
});

test('has no PostgreSQL at all without RAG', () => {
  const { template } = synthesize('production-ecs', { features: { rag: false } });
  expect(ofType(template, 'AWS::RDS::DBInstance')).toEqual([]);
  expect(ofType(template, 'Custom::LibreChatPostgres')).toEqual([]);
});
