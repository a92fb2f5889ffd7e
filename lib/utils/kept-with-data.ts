import { CfnDeletionPolicy, RemovalPolicy, type Stack } from 'aws-cdk-lib/core';
import { resourcesOf, shown } from './stack-resources.ts';
import { referencesIn } from './template-references.ts';

/** What AWS lets nobody delete while a database stands in it or uses it. */
const HOLDERS: ReadonlySet<string> = new Set([
  'AWS::DocDB::DBClusterParameterGroup',
  'AWS::DocDB::DBSubnetGroup',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
]);

/**
 * Keeps, with each database that outlives the stack, the network and the groups that it cannot do without.
 *
 * Without it every deletion of the stack ends in DELETE_FAILED after minutes of trying.
 */
export function keepWhatDataStandsIn(stack: Stack): void {
  const resources = resourcesOf(stack);
  const open = [...resources.values()].filter(
    ({ cfnResourceType, cfnOptions }) =>
      /::(?:RDS|DocDB)::DB(?:Cluster|Instance)$/.test(cfnResourceType) &&
      cfnOptions.deletionPolicy === CfnDeletionPolicy.RETAIN,
  );
  const kept = new Set(open);
  for (const resource of open) {
    for (const id of referencesIn(shown(resource))) {
      const needed = resources.get(id);
      if (needed === undefined || kept.has(needed) || !HOLDERS.has(needed.cfnResourceType)) continue;
      needed.applyRemovalPolicy(RemovalPolicy.RETAIN);
      kept.add(needed);
      open.push(needed);
    }
  }
}
