import { ACMClient, type CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { DescribeImagesCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribePendingMaintenanceActionsCommand, RDSClient } from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { certificates, images, maintenance, release } from '../../../cli/analyze/age.ts';
import { daysAgo, look, refused, remedies } from './looking.ts';

const acm = mockClient(ACMClient);
const cloudFormation = mockClient(CloudFormationClient);
const ec2 = mockClient(EC2Client);
const rds = mockClient(RDSClient);
const mocks = [acm, cloudFormation, ec2, rds];
beforeEach(() => {
  for (const mock of mocks) mock.reset();
});
afterAll(() => {
  for (const mock of mocks) mock.restore();
});

const inDays = (days: number) => daysAgo(-days);

describe('certificates', () => {
  const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/one';
  const own = { EntranceCertificate: ['CertificateManager::Certificate', arn] } as const;
  const certificate = (changes: Partial<CertificateDetail>) =>
    acm.on(DescribeCertificateCommand).resolves({
      Certificate: { DomainName: 'chat.example', Status: 'ISSUED', NotAfter: inDays(200), ...changes },
    });
  const template = (TemplateBody: string, Parameters: { ParameterValue: string }[] = []) => {
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody });
    const Stacks = [
      { StackName: 'Chat', CreationTime: daysAgo(1), StackStatus: 'CREATE_COMPLETE' as const, Parameters },
    ];
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks });
  };
  beforeEach(() => {
    template('{}');
  });

  test('are well while they are valid for long', async () => {
    certificate({});
    expect(await look(certificates, own)).toEqual([]);
    expect(await look(certificates)).toEqual([]);
  });

  const ResourceRecord = { Name: '_x.chat.example.', Type: 'CNAME' as const, Value: '_y.acm-validations.aws.' };
  const DomainValidationOptions = [{ DomainName: 'chat.example', ResourceRecord }];
  const record = 'DNS needs _x.chat.example. CNAME _y.acm-validations.aws.';

  test.each<[string, Partial<CertificateDetail>, string, string, string]>([
    [
      'ends soon',
      { NotAfter: inDays(29.5) },
      'warning',
      'expires within 30 days',
      `ACM should have renewed it: ${record}`,
    ],
    [
      'is imported and ends soon',
      { NotAfter: inDays(3), Type: 'IMPORTED' },
      'warning',
      'expires within 3 days',
      `import its successor: aws acm import-certificate --certificate-arn ${arn}`,
    ],
    ['has ended', { NotAfter: daysAgo(1) }, 'bad', 'has expired', `ACM should have renewed it: ${record}`],
    ['is not validated', { Status: 'PENDING_VALIDATION', NotAfter: undefined }, 'bad', 'waits for validation', record],
    [
      'cannot be renewed',
      { RenewalSummary: { RenewalStatus: 'PENDING_VALIDATION', DomainValidationOptions, UpdatedAt: daysAgo(1) } },
      'bad',
      'waits for validation',
      record,
    ],
  ])('are told, each with its remedy: %s', async (_, changes, severity, what, remedy) => {
    certificate({ DomainValidationOptions, ...changes });
    const told = [[severity, 'EntranceCertificate', `the certificate of chat.example ${what}`]];
    expect(await look(certificates, own)).toEqual(told);
    expect(await remedies(certificates, own)).toEqual([remedy]);
  });

  test('of the configuration are asked for in their own region, those of a parameter too', async () => {
    template(`{"CertificateArn":"${arn}"}`, [{ ParameterValue: arn.replace('us-east-1', 'eu-west-1') }]);
    certificate({ NotAfter: inDays(-1) });
    const regions: string[] = [];
    acm.on(DescribeCertificateCommand).callsFake(async (_, getClient: () => ACMClient) => {
      regions.push(await getClient().config.region());
      throw refused('ResourceNotFoundException');
    });
    const gone = ['bad', 'access.certificateArn', 'the certificate is gone'];
    expect(await look(certificates)).toEqual([gone, gone]);
    expect(regions.sort()).toEqual(['eu-west-1', 'us-east-1']);
  });
});

describe('the release of LibreChat', () => {
  test.each([
    ['v0.8.7', 'warning'],
    ['v0.8.8-rc2', 'warning'],
    ['v0.8.8', undefined],
    ['v0.8.10', undefined],
    ['v0.9.0-rc1', undefined],
  ])('%s gives %s', async (version, severity) => {
    const found = await look(release, {}, { description: `LibreChat ${version} (ec2, production)` });
    expect(found.map(([given]) => given)).toEqual(severity === undefined ? [] : [severity]);
  });

  test('is unknown where the description does not tell it', async () => {
    expect((await look(release, {}, { description: '' })).map(([severity]) => severity)).toEqual(['unknown']);
  });
});

describe('maintenance', () => {
  const own = {
    DatabaseVectors: ['RDS::DBInstance', 'db-1'],
    DatabaseDocuments: ['DocDB::DBCluster', 'docs-1'],
  } as const;
  const pending = (resource: string, ...dates: (Date | undefined)[]) => ({
    ResourceIdentifier: `arn:aws:rds:us-east-1:111122223333:${resource}`,
    PendingMaintenanceActionDetails: dates.map((ForcedApplyDate) => ({
      Action: 'system-update',
      Description: 'New OS',
      ForcedApplyDate,
    })),
  });
  const answer = (...PendingMaintenanceActions: object[]) =>
    rds.on(DescribePendingMaintenanceActionsCommand).resolves({ PendingMaintenanceActions });

  test('is told of the servers of this stack, urgent when AWS does it soon', async () => {
    answer(
      pending('db:db-1', undefined, inDays(5)),
      pending('cluster:docs-1', inDays(60)),
      pending('db:other-db-1', inDays(1)),
    );
    expect(await look(maintenance, own)).toEqual([
      ['info', 'DatabaseVectors', 'pending: system-update (New OS)'],
      ['warning', 'DatabaseVectors', 'pending: system-update (New OS), by AWS from 2026-11-29'],
      ['info', 'DatabaseDocuments', 'pending: system-update (New OS), by AWS from 2027-01-23'],
    ]);
  });

  test('is nothing where nothing is pending, and not asked for without databases', async () => {
    answer();
    expect(await look(maintenance, own)).toEqual([]);
    expect(await look(maintenance)).toEqual([]);
    expect(rds.calls()).toHaveLength(1);
  });
});

describe('the system of machines', () => {
  const own = { ComputeMachine: ['EC2::Instance', 'i-1'] } as const;
  const image = (...Images: { CreationDate: string }[]) => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ImageId: 'ami-1' }] }] });
    ec2.on(DescribeImagesCommand).resolves({ Images });
  };

  test('is well up to 90 days, and nothing of a machine that is gone', async () => {
    image({ CreationDate: daysAgo(90).toISOString() });
    expect(await look(images, own)).toEqual([]);
    ec2.on(DescribeInstancesCommand).rejects(refused('InvalidInstanceID.NotFound'));
    expect(await look(images, own)).toEqual([]);
  });

  test('is a warning when it is older or no longer there', async () => {
    image({ CreationDate: daysAgo(91).toISOString() });
    expect(await look(images, own)).toEqual([['warning', 'ComputeMachine', 'system image ami-1 is 91 days old']]);
    image();
    expect(await look(images, own)).toEqual([['warning', 'ComputeMachine', 'system image ami-1 is no longer offered']]);
  });

  test.each([
    ['LibreChat v0.8.8 (ec2, production)', 'instance.amiRelease'],
    ['LibreChat v0.8.8 (ecs, production)', 'librechatVersion'],
  ])('is renewed by the setting of its mode: %s', async (description, setting) => {
    image();
    expect(await remedies(images, own, { description })).toEqual([expect.stringContaining(setting)]);
  });
});
