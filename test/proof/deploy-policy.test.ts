import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import { cleanupPolicy } from '../../scripts/lib/cleanup-policy.ts';
import { charactersOf, type PolicyDocument } from '../../scripts/lib/deploy-policy.ts';
import { type PermissionsByType, permissionsOf } from '../../scripts/lib/schema-permissions.ts';
import { templateOf } from '../sweeps/templates.ts';
import { ACCOUNT } from '../../cli/network/resolve.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/policies');
const ROLE = `arn:aws:iam::${ACCOUNT}:role/LibreChatStack-ComputeRole-1ABCDEFGHIJK`;
const ELSEWHERE = `arn:aws:iam::${ACCOUNT}:role/Admin`;

/** Calls that nobody who deploys may make, with what they would do. */
const REFUSED: readonly (readonly [action: string, resource: string])[] = [
  ['iam:CreateUser', `arn:aws:iam::${ACCOUNT}:user/mallory`],
  ['iam:CreateAccessKey', `arn:aws:iam::${ACCOUNT}:user/mallory`],
  ['iam:AttachRolePolicy', ELSEWHERE],
  ['iam:PutRolePolicy', ELSEWHERE],
  ['iam:PassRole', ELSEWHERE],
  ['iam:UpdateAssumeRolePolicy', ELSEWHERE],
  ['sts:AssumeRole', ELSEWHERE],
  ['organizations:LeaveOrganization', '*'],
  ['s3:DeleteObject', 'arn:aws:s3:::some-bucket/some-object'],
  ['rds:DeleteDBSnapshot', `arn:aws:rds:us-east-1:${ACCOUNT}:snapshot:last`],
  ['backup:DeleteRecoveryPoint', `arn:aws:backup:us-east-1:${ACCOUNT}:recovery-point:1`],
];

function policiesOf(preset: PresetName): PolicyDocument[] {
  const names = readdirSync(FOLDER).filter((name) => new RegExp(`^deploy-${preset}-\\d+\\.json$`).test(name));
  return names.map((name) => JSON.parse(readFileSync(resolve(FOLDER, name), 'utf8')) as PolicyDocument);
}

function typesOf(preset: PresetName): string[] {
  return [...new Set(Object.values(templateOf(resolvePreset(preset)).Resources).map(({ Type }) => Type))];
}

function allows(
  documents: readonly PolicyDocument[],
  action: string,
  resource: string,
  contextVariables: Readonly<Record<string, string>> = {},
): boolean {
  const simulation = {
    request: {
      principal: `arn:aws:iam::${ACCOUNT}:role/cdk-exec`,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables,
    },
    identityPolicies: documents.map((policy, index) => ({ name: String(index), policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  return runUnsafeSimulation(simulation, {}) === 'Allowed';
}

let permissions: PermissionsByType = {};

beforeAll(async () => {
  permissions = await permissionsOf([...new Set(PRESET_NAMES.flatMap(typesOf))]);
}, 120_000);

describe.each(PRESET_NAMES)('the policies to deploy %s', (preset) => {
  const documents = policiesOf(preset);
  const ownPermissions = () => typesOf(preset).flatMap((type) => permissions[type] ?? []);

  test('allow every action of every type, on names of the stack', () => {
    const asked = ownPermissions();
    expect(asked.length).toBeGreaterThan(100);
    const resourceOf = (action: string) => {
      if (action === 'iam:CreateServiceLinkedRole')
        return `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/X`;
      return action.startsWith('iam:') ? ROLE : '*';
    };
    expect(asked.filter((action) => !allows(documents, action, resourceOf(action)))).toEqual([]);
  });

  test('allow nothing that no type of the template needs', () => {
    const needed = new Set(ownPermissions());
    const always = [
      's3:GetObject',
      's3:GetBucketLocation',
      'ssm:GetParameter',
      'ssm:GetParameters',
      'lambda:InvokeFunction',
    ];
    const named = documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
    expect(named.filter((action) => !needed.has(action) && !always.includes(action))).toEqual([]);
  });

  test.each(REFUSED)('refuse %s on %s', (action, resource) => {
    expect(allows(documents, action, resource)).toBe(false);
  });

  test('fit into managed policies of a role', () => {
    expect([documents.length > 0, documents.length <= 10]).toEqual([true, true]);
    expect(documents.map(charactersOf).filter((size) => size > 6144)).toEqual([]);
  });
});

test('a policy that lacks one action is noticed', () => {
  const [first, ...others] = policiesOf('minimal-dev');
  const without = (action: string): PolicyDocument[] =>
    [first, ...others].flatMap((document) =>
      document === undefined
        ? []
        : [
            {
              ...document,
              Statement: document.Statement.map((s) => ({ ...s, Action: s.Action.filter((a) => a !== action) })),
            },
          ],
    );
  expect(allows(without('ec2:CreateVpc'), 'ec2:CreateVpc', '*')).toBe(false);
});

describe('the policy to clean up', () => {
  const document = JSON.parse(readFileSync(resolve(FOLDER, 'cleanup.json'), 'utf8')) as PolicyDocument;
  const ofStack = { 'aws:ResourceTag/Deployment': 'LibreChatStack' };
  const arn = (rest: string) => `arn:aws:${rest.replace('::', `:us-east-1:${ACCOUNT}:`)}`;

  test('is made from the calls that the command makes', async () => {
    expect(document).toEqual(await cleanupPolicy('LibreChatStack'));
  });

  test.each([
    ['s3:DeleteObjectVersion', 'arn:aws:s3:::librechatstack-storagedocuments-1abc/some-object'],
    ['s3:ListBucketVersions', 'arn:aws:s3:::librechatstack-storagedocuments-1abc'],
    ['s3:ListAllMyBuckets', '*'],
    ['tag:GetResources', '*'],
    ['cloudformation:ListStacks', '*'],
    ['cloudformation:ListStackResources', arn('cloudformation::stack/LibreChatStack/1')],
    ['cloudformation:DeleteStack', arn('cloudformation::stack/LibreChatStack/1')],
    ['cloudformation:UpdateTerminationProtection', arn('cloudformation::stack/LibreChatStack/1')],
    ['rds:DeleteDBSnapshot', arn('rds::snapshot:last')],
    ['rds:DeleteDBClusterSnapshot', arn('rds::cluster-snapshot:last')],
    ['backup:DeleteRecoveryPoint', arn('backup::recovery-point:1')],
    ['ec2:DeleteSnapshot', 'arn:aws:ec2:us-east-1::snapshot/snap-1'],
    ['ec2:DeleteNetworkInterface', arn('ec2::network-interface/eni-1')],
    ['logs:DeleteLogGroup', arn('logs::log-group:/aws/lambda/LibreChatStack-Function')],
  ])('allows %s on %s', (action, resource) => {
    expect(allows([document], action, resource)).toBe(true);
  });

  test.each([
    ['rds:DeleteDBInstance', arn('rds::db:chats')],
    ['rds:ModifyDBCluster', arn('rds::cluster:chats')],
    ['elasticfilesystem:DeleteFileSystem', arn('elasticfilesystem::file-system/fs-1')],
    ['secretsmanager:DeleteSecret', arn('secretsmanager::secret:Login-1')],
    ['ec2:DeleteVolume', arn('ec2::volume/vol-1')],
    ['ec2:DeleteVpc', arn('ec2::vpc/vpc-1')],
    ['backup:DeleteBackupVault', arn('backup::backup-vault:daily')],
  ])('allows %s on %s with the tag of the deployment only', (action, resource) => {
    expect(allows([document], action, resource, ofStack)).toBe(true);
    expect(allows([document], action, resource, { 'aws:ResourceTag/Deployment': 'Other' })).toBe(false);
    expect(allows([document], action, resource)).toBe(false);
  });

  test.each([
    ['cloudformation:DeleteStack', arn('cloudformation::stack/CDKToolkit/1')],
    ['s3:DeleteObject', 'arn:aws:s3:::some-bucket/some-object'],
    ['s3:GetObject', 'arn:aws:s3:::librechatstack-storagedocuments-1abc/some-object'],
    ['secretsmanager:GetSecretValue', arn('secretsmanager::secret:Login-1')],
    ['kms:ScheduleKeyDeletion', arn('kms::key/1')],
    ['ec2:TerminateInstances', arn('ec2::instance/i-1')],
    ['iam:PassRole', ELSEWHERE],
    ['iam:DeleteRole', ROLE],
    ['sts:AssumeRole', ELSEWHERE],
  ])('refuses %s on %s', (action, resource) => {
    expect(allows([document], action, resource, ofStack)).toBe(false);
  });

  test('fits into one managed policy', () => {
    expect(charactersOf(document)).toBeLessThanOrEqual(6144);
  });
});
