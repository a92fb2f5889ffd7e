import { execFileSync } from 'node:child_process';
import { pythonEnv } from '../../rehearsal/python-env.ts';
import { testRequirements } from './requirements.ts';

/** Actions that CloudFormation takes for a type, in the name of whoever deploys. */
export type PermissionsByType = Readonly<Record<string, readonly string[]>>;

const READ_SCHEMAS = `
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as manager

def actions(type):
    handlers = manager.get_resource_schema("us-east-1", type).schema.get("handlers") or {}
    return sorted({a for name in ("create", "read", "update", "delete") for a in handlers.get(name, {}).get("permissions", [])})

print(json.dumps({type: actions(type) for type in sys.argv[1:]}))
`;

/** Types whose schemas name no permissions: from the reference of each service. */
const BY_HAND: PermissionsByType = {
  'AWS::ApplicationAutoScaling::ScalableTarget': [
    'application-autoscaling:DeregisterScalableTarget',
    'application-autoscaling:DescribeScalableTargets',
    'application-autoscaling:RegisterScalableTarget',
    'iam:CreateServiceLinkedRole',
  ],
  'AWS::Budgets::Budget': ['budgets:ModifyBudget', 'budgets:ViewBudget'],
  'AWS::DocDB::DBCluster': [
    'rds:AddTagsToResource',
    'rds:CreateDBCluster',
    'rds:CreateDBClusterSnapshot',
    'rds:DeleteDBCluster',
    'rds:DescribeDBClusters',
    'rds:ListTagsForResource',
    'rds:ModifyDBCluster',
  ],
  'AWS::DocDB::DBClusterParameterGroup': [
    'rds:AddTagsToResource',
    'rds:CreateDBClusterParameterGroup',
    'rds:DeleteDBClusterParameterGroup',
    'rds:DescribeDBClusterParameterGroups',
    'rds:DescribeDBClusterParameters',
    'rds:ModifyDBClusterParameterGroup',
  ],
  'AWS::DocDB::DBInstance': [
    'rds:AddTagsToResource',
    'rds:CreateDBInstance',
    'rds:DeleteDBInstance',
    'rds:DescribeDBInstances',
    'rds:ModifyDBInstance',
  ],
  'AWS::DocDB::DBSubnetGroup': [
    'rds:AddTagsToResource',
    'rds:CreateDBSubnetGroup',
    'rds:DeleteDBSubnetGroup',
    'rds:DescribeDBSubnetGroups',
    'rds:ModifyDBSubnetGroup',
  ],
  'AWS::ElastiCache::ReplicationGroup': [
    'elasticache:AddTagsToResource',
    'elasticache:CreateReplicationGroup',
    'elasticache:DeleteReplicationGroup',
    'elasticache:DescribeReplicationGroups',
    'elasticache:ListTagsForResource',
    'elasticache:ModifyReplicationGroup',
    'iam:CreateServiceLinkedRole',
  ],
  'AWS::IAM::Policy': ['iam:DeleteRolePolicy', 'iam:GetRolePolicy', 'iam:PutRolePolicy'],
  'AWS::Lambda::Permission': ['lambda:AddPermission', 'lambda:GetPolicy', 'lambda:RemovePermission'],
  'AWS::CloudFormation::WaitCondition': [],
  'AWS::CloudFormation::WaitConditionHandle': [],
  'AWS::CDK::Metadata': [],
};

/** Named by schemas for what no template of ours does: acting as another role, and deleting what people stored. */
const NOT_GIVEN = new Set(['sts:AssumeRole', 's3:DeleteObject']);

/** What each type needs. Custom resources need nothing of their own: a function of the stack does their work. */
export async function permissionsOf(types: readonly string[]): Promise<PermissionsByType> {
  const real = types.filter((type) => !type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource');
  const python = await pythonEnv({ requirements: testRequirements });
  const asked = real.filter((type) => !(type in BY_HAND));
  const read = JSON.parse(
    execFileSync(python, ['-c', READ_SCHEMAS, ...asked], { encoding: 'utf8' }),
  ) as PermissionsByType;
  const unknown = asked.filter((type) => (read[type] ?? []).length === 0);
  if (unknown.length > 0) throw new Error(`no permissions are known for ${unknown.join(', ')}`);
  return Object.fromEntries(
    real.map((type) => [type, (BY_HAND[type] ?? read[type] ?? []).filter((action) => !NOT_GIVEN.has(action))]),
  );
}
