import { describe, expect, test } from 'vitest';
import { containersOf } from '../../helpers/container-environments.ts';
import { ofType, preset, type Resource, synthesize, type Template } from '../../helpers/deployments.ts';

const only = (template: Template, type: string, prefix = 'AuditTrail'): [string, Resource] => {
  const found = ofType(template, type).filter(([id]) => id.startsWith(prefix));
  expect(found.length, type).toBe(1);
  return found[0]!;
};
const { template, config } = preset('enterprise');
const [, trail] = only(template, 'AWS::CloudTrail::Trail');
const [bucketId, bucket] = only(template, 'AWS::S3::Bucket');
const accessLogsId = bucket.Properties['LoggingConfiguration'].DestinationBucketName.Ref as string;
const [keyId, key] = only(template, 'AWS::KMS::Key');
const statementsOf = (value: unknown) => (value as { Statement: Resource['Properties'][] }).Statement;
const trailArn = { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':trail/LibreChat-'])] } };

describe('the trail of enterprise', () => {
  test('records all calls of the account, in all regions, in files that show when they were changed', () => {
    expect(trail.Properties).toMatchObject({
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      S3BucketName: { Ref: bucketId },
      KMSKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    });
  });

  test('records each use of every bucket and function, by its name, but neither its own writing nor what follows from it', () => {
    const [calls, objects, accessLogs, functions] = trail.Properties['AdvancedEventSelectors'];
    expect(calls.FieldSelectors).toEqual([{ Field: 'eventCategory', Equals: ['Management'] }]);
    const arns = (type: string) =>
      ofType(template, type)
        .filter(([id]) => id !== bucketId && id !== accessLogsId)
        .map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
    expect(objects.FieldSelectors).toContainEqual({
      Field: 'resources.ARN',
      StartsWith: arns('AWS::S3::Bucket').map((arn) => ({ 'Fn::Join': ['', [arn, '/']] })),
    });
    // Every file of the trail is a line of access log: recorded, the writing of those would be written about for ever.
    expect(accessLogs.FieldSelectors).toEqual([
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      {
        Field: 'resources.ARN',
        StartsWith: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [accessLogsId, 'Arn'] }, '/']] }],
      },
      { Field: 'eventName', NotEquals: ['PutObject'] },
    ]);
    expect(functions.FieldSelectors).toContainEqual({ Field: 'resources.ARN', Equals: arns('AWS::Lambda::Function') });
    // CloudTrail refuses a trail with a wildcard in it.
    expect(JSON.stringify(trail.Properties['AdvancedEventSelectors'])).not.toContain('*');
  });

  test('lies in a private bucket whose files nobody deletes for six years', () => {
    expect(bucket.Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2192 } } },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 2192, Status: 'Enabled' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: { 'Fn::GetAtt': [keyId, 'Arn'] },
            },
          },
        ],
      },
    });
  });

  test('may be written by this trail alone', () => {
    const [, { Properties }] = only(template, 'AWS::S3::BucketPolicy');
    const allowed = statementsOf(Properties['PolicyDocument']).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Action }) => Action as unknown)).toEqual(['s3:GetBucketAcl', 's3:PutObject']);
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
      expect(Condition.StringEquals).toMatchObject(trailArn);
    }
  });

  test('has a key of its own that turns every year and serves nothing else', () => {
    expect(key.Properties['EnableKeyRotation']).toBe(true);
    const [account, ...others] = statementsOf(key.Properties['KeyPolicy']);
    expect(JSON.stringify(account?.['Principal'])).toContain(':root');
    expect(others.map(({ Action }) => Action as unknown)).toEqual(['kms:GenerateDataKey*', 'kms:DescribeKey']);
    for (const { Principal, Condition } of others) {
      expect(Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
      expect(Condition.StringEquals).toEqual(trailArn);
    }
  });

  test('is made when bucket and role let it write', () => {
    const policies = [only(template, 'AWS::S3::BucketPolicy')[0], only(template, 'AWS::IAM::Policy')[0]];
    expect((trail as Resource & { DependsOn: string[] }).DependsOn).toEqual(expect.arrayContaining(policies));
  });

  test('can be searched by saved queries, as long as other logs', () => {
    const [groupId, group] = only(template, 'AWS::Logs::LogGroup');
    expect(group.Properties).toMatchObject({
      LogGroupName: '/aws/librechat/LibreChatStack/trail',
      RetentionInDays: config.monitoring.logRetentionDays,
    });
    const queries = ofType(template, 'AWS::Logs::QueryDefinition').filter(([id]) => id.startsWith('AuditTrail'));
    expect(queries.length).toBe(8);
    for (const [id, { Properties }] of queries) {
      expect(Properties['LogGroupNames'], id).toEqual([{ Ref: groupId }]);
      expect(Properties['Name'], id).toMatch(/^LibreChatStack\/audit(-[a-z]+)+$/);
    }
  });

  test('stays with its key when the stack is deleted', () => {
    expect([bucket.DeletionPolicy, key.DeletionPolicy]).toEqual(['Retain', 'Retain']);
  });
});

test.each(['none', 'organization'] as const)("makes nothing of its own with trail '%s'", (trail) => {
  const { template } = synthesize('enterprise', { audit: { trail }, compliance: trail === 'none' ? [] : ['hipaa'] });
  expect(Object.keys(template.Resources).filter((id) => id.startsWith('Audit'))).toEqual([]);
});

test('nobody at all deletes what compliance mode locks', () => {
  const { template } = synthesize('enterprise', { audit: { trailLock: 'compliance', trailRetentionDays: 365 } });
  expect(only(template, 'AWS::S3::Bucket')[1].Properties['ObjectLockConfiguration'].Rule.DefaultRetention).toEqual({
    Mode: 'COMPLIANCE',
    Days: 365,
  });
});

test('a trail that is destroyed with its stack has no lock, and its bucket is emptied', () => {
  const { template } = synthesize('minimal-dev', { audit: { trail: 'own', trailLock: 'none' } });
  const [id, { Properties, DeletionPolicy }] = only(template, 'AWS::S3::Bucket');
  expect([Properties['ObjectLockConfiguration'], DeletionPolicy]).toEqual([undefined, 'Delete']);
  expect(JSON.stringify(ofType(template, 'Custom::S3AutoDeleteObjects'))).toContain(id);
});

test('rules of AWS Config judge what the stack has and nothing of anybody else', () => {
  const rules = (name: 'minimal-dev' | 'enterprise') =>
    ofType(synthesize(name, { audit: { configRules: true } }).template, 'AWS::Config::ConfigRule').map(
      ([, { Properties }]) => {
        expect(Properties['Scope']).toEqual({ TagKey: 'Deployment', TagValue: 'LibreChatStack' });
        return Properties['Source'].SourceIdentifier as string;
      },
    );
  expect(rules('minimal-dev').sort()).toEqual([
    'EC2_IMDSV2_CHECK',
    'ENCRYPTED_VOLUMES',
    'INCOMING_SSH_DISABLED',
    'LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED',
  ]);
  expect(rules('enterprise')).toEqual(
    expect.arrayContaining(['RDS_STORAGE_ENCRYPTED', 'S3_BUCKET_SSL_REQUESTS_ONLY', 'SNS_ENCRYPTED_KMS']),
  );
});

/** Parameters without which AWS Config refuses a managed rule: its developer guide, page of each rule, read 2026-11-25. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  EC2_IMDSV2_CHECK: [],
  INCOMING_SSH_DISABLED: [],
  ENCRYPTED_VOLUMES: [],
  ECS_CONTAINERS_NONPRIVILEGED: [],
  ECS_NO_ENVIRONMENT_SECRETS: ['secretKeys'],
  EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY: [],
  LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED: [],
  RDS_CLUSTER_DELETION_PROTECTION_ENABLED: [],
  RDS_STORAGE_ENCRYPTED: [],
  RDS_INSTANCE_PUBLIC_ACCESS_CHECK: [],
  S3_BUCKET_SSL_REQUESTS_ONLY: [],
  S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED: [],
  SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK: [],
  SNS_ENCRYPTED_KMS: [],
};

describe.each(['minimal-dev', 'enterprise'] as const)('the rules of AWS Config on %s', (name) => {
  const { template } = synthesize(name, { audit: { configRules: true } });
  const rules = ofType(template, 'AWS::Config::ConfigRule').map(([, { Properties }]) => Properties);

  test('come with the parameters that AWS Config asks of each, and no others', () => {
    for (const { Source, InputParameters = {} } of rules)
      expect(Object.keys(InputParameters as object), Source.SourceIdentifier).toEqual(
        REQUIRED[Source.SourceIdentifier],
      );
  });
});

test('a rule finds every secret of a container that somebody writes into a task definition', () => {
  const { template } = synthesize('enterprise', { audit: { configRules: true } });
  const parameters = ofType(template, 'AWS::Config::ConfigRule')
    .map(([, { Properties }]) => Properties)
    .find(({ Source }) => Source.SourceIdentifier === 'ECS_NO_ENVIRONMENT_SECRETS')!['InputParameters'];
  const secrets = Object.values(containersOf(template)).flatMap((container) => Object.keys(container.secrets));
  expect(secrets).toContain('MONGO_URI');
  expect(new Set(String(parameters.secretKeys).split(','))).toEqual(
    new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', ...secrets]),
  );
  // AWS Config takes 1024 characters.
  expect(JSON.stringify(parameters).length).toBeLessThan(1024);
});

test('what an account has once outlives the stack that switched it on', () => {
  const { template } = synthesize('minimal-dev', { audit: { guardDuty: true, securityHub: true } });
  for (const type of ['AWS::GuardDuty::Detector', 'AWS::SecurityHub::Hub'])
    expect(only(template, type, 'Audit')[1].DeletionPolicy, type).toBe('RetainExceptOnCreate');
});
