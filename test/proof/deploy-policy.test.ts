import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
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

function allows(documents: readonly PolicyDocument[], action: string, resource: string): boolean {
  const simulation = {
    request: {
      principal: `arn:aws:iam::${ACCOUNT}:role/cdk-exec`,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: {},
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
