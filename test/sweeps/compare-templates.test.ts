import { expect, test } from 'vitest';
import createOnlyProperties from '../../lib/utils/create-only-properties.json' with { type: 'json' };
import { compareTemplates, holdsData, STATEFUL_TYPES } from '../../lib/utils/replacement.ts';
import { EVERY_PRESET, preset } from '../helpers/deployments.ts';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

/** What an update from some resources to others does, as `id kind: reason`. */
const changes = (before: Resources, after: Resources) =>
  compareTemplates({ Resources: before }, { Resources: after }).map(
    ({ logicalId, kind, reason }) => `${logicalId} ${kind}: ${reason}`,
  );
const database = (properties: Record<string, unknown>) => ({ Type: 'AWS::RDS::DBInstance', Properties: properties });
const group = (...SubnetIds: unknown[]) => ({ Type: 'AWS::RDS::DBSubnetGroup', Properties: { SubnetIds } });
const subnet = (CidrBlock: string) => ({ Type: 'AWS::EC2::Subnet', Properties: { CidrBlock } });

test('says which property replaces a database, and leaves alone what is changed in place', () => {
  const before = { Db: database({ StorageEncrypted: false, MultiAZ: false, AllocatedStorage: '20' }) };
  expect(changes(before, { Db: database({ StorageEncrypted: true, MultiAZ: false, AllocatedStorage: '20' }) })).toEqual(
    ['Db replaced: StorageEncrypted changes, which CloudFormation does only by replacing'],
  );
  expect(changes(before, { Db: database({ StorageEncrypted: false, MultiAZ: true, AllocatedStorage: '40' }) })).toEqual(
    [],
  );
});

test('sees a name that is given, a nested property and a conditional one', () => {
  expect(
    changes(
      { Bucket: { Type: 'AWS::S3::Bucket' }, Folder: folder('/images'), Cluster: cluster('aurora-postgresql') },
      {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'mine' } },
        Folder: folder('/pictures'),
        Cluster: cluster('aurora-mysql'),
      },
    ),
  ).toEqual([
    'Bucket replaced: BucketName changes, which CloudFormation does only by replacing',
    'Folder replaced: RootDirectory changes, which CloudFormation does only by replacing',
    'Cluster replaced: Engine changes, which CloudFormation does only by replacing',
  ]);
});

const folder = (Path: string) => ({ Type: 'AWS::EFS::AccessPoint', Properties: { RootDirectory: { Path } } });
const cluster = (Engine: string) => ({ Type: 'AWS::RDS::DBCluster', Properties: { Engine } });

test('sees what is removed, and what gets another type under its name', () => {
  const before = { Gone: { Type: 'AWS::S3::Bucket' }, Db: database({}) };
  expect(changes(before, { Db: { Type: 'AWS::RDS::DBCluster' } })).toEqual([
    'Gone removed: is not in the new template',
    'Db replaced: its type changes from AWS::RDS::DBInstance to AWS::RDS::DBCluster, which CloudFormation refuses',
  ]);
});

test('follows references from a replaced resource to what holds data', () => {
  const stack = (range: string, extra: unknown[] = []) => ({
    Subnet: subnet(range),
    Group: group({ Ref: 'Subnet' }, ...extra),
    Db: database({ DBSubnetGroupName: { Ref: 'Group' } }),
  });
  expect(changes(stack('10.0.0.0/24'), stack('10.1.0.0/24'))).toEqual([
    'Db replaced: DBSubnetGroupName refers to Group: AWS::RDS::DBSubnetGroup, none of its subnets stays, and AWS moves no database to another network',
  ]);
  // One more subnet is an update.
  expect(changes(stack('10.0.0.0/24'), stack('10.0.0.0/24', ['subnet-2']))).toEqual([]);
});

test.each([
  ['Ref', { Ref: 'Key' }],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Key', 'Arn'] }],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Key.Arn' }],
  ['Fn::Sub', { 'Fn::Sub': 'arn:aws:kms:eu-west-1:111122223333:key/${Key}' }],
  ['Fn::Join', { 'Fn::Join': ['', ['a', { Ref: 'Key' }]] }],
])('finds a reference by %s', (_, KmsKeyId) => {
  const stack = (KeySpec: string) => ({
    Key: { Type: 'AWS::KMS::Key', Properties: { KeySpec } },
    Files: { Type: 'AWS::EFS::FileSystem', Properties: { KmsKeyId } },
  });
  expect(changes(stack('SYMMETRIC_DEFAULT'), stack('RSA_2048')).map((change) => change.split(':')[0])).toEqual([
    'Key replaced',
    'Files replaced',
  ]);
});

test('takes the answer of a custom resource for another one when the question changes', () => {
  const stack = (question: string) => ({
    Zone: { Type: 'Custom::Lookup', Properties: { question } },
    Data: { Type: 'AWS::EC2::Volume', Properties: { AvailabilityZone: { 'Fn::GetAtt': ['Zone', 'Name'] } } },
  });
  expect(changes(stack('one'), stack('one'))).toEqual([]);
  expect(changes(stack('one'), stack('other'))).toEqual([
    'Data replaced: AvailabilityZone refers to Zone: Custom::Lookup, it is asked again, with other properties',
  ]);
});

test('says that another recipe gives a secret another value, without replacing what refers to it', () => {
  const stack = (PasswordLength: number) => ({
    Login: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: { PasswordLength } } },
    Db: database({ MasterUsername: { Ref: 'Login' } }),
  });
  expect(changes(stack(32), stack(40))).toEqual([
    'Login regenerated: GenerateSecretString changes, which generates a new value',
  ]);
});

test('does not take an instance of a cluster for data: the cluster holds it', () => {
  const reader = database({ DBClusterIdentifier: { Ref: 'Cluster' } });
  const all = { Cluster: cluster('aurora-postgresql'), Reader: reader };
  expect(changes(all, { Cluster: all.Cluster })).toEqual([]);
});

test('knows the properties of everything that data depends on', () => {
  const known = new Set(Object.keys(createOnlyProperties.types));
  expect([...STATEFUL_TYPES].filter((type) => !known.has(type))).toEqual([]);
  for (const name of EVERY_PRESET) {
    const { Resources } = preset(name).template;
    const unknown = Object.values(Resources)
      .filter(holdsData)
      .flatMap(({ Type, Properties }) =>
        [...JSON.stringify(fixed(Type, Properties)).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(
          ([, id = '']) => Resources[id]?.Type ?? 'AWS::',
        ),
      )
      .filter((type) => type !== 'AWS::' && !known.has(type));
    expect(unknown, name).toEqual([]);
  }
});

function fixed(type: string, properties: Readonly<Record<string, unknown>> = {}): unknown {
  const { createOnly } = createOnlyProperties.types[type as keyof typeof createOnlyProperties.types];
  return (createOnly as string[]).map((path) => properties[path.split('/')[0] ?? ''] ?? null);
}
