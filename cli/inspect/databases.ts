import { paginateDescribeDBClusterSnapshots, paginateDescribeDBSnapshots, RDS } from '@aws-sdk/client-rds';
import type { AwsOptions } from '../aws-clients.ts';
import { askCluster, askInstance } from './ask.ts';
import { all, ifThere, type Kind, type Seen } from './kind.ts';

const arn = (kind: string) => new RegExp(`^arn:[^:]+:rds:[^:]*:[^:]*:${kind}:([^:]+)$`);

const seen = (status: string | undefined, isProtected = false, ...detail: readonly (string | undefined)[]): Seen => ({
  detail: [...detail, status].filter((part) => part !== undefined).join(', '),
  isProtected,
  state: status,
  isGoing: status === 'deleting',
});

/** Databases in the order in which they can be deleted. DocumentDB answers at the address of RDS, in its words. */
export function databaseKinds(options: AwsOptions): Kind[] {
  const client = new RDS(options);
  return [...servers(client), ...snapshots(client), ...groups(client)];
}

function servers(client: RDS): Kind[] {
  const lift = { DeletionProtection: false, ApplyImmediately: true };
  return [
    {
      types: ['AWS::RDS::DBInstance', 'AWS::DocDB::DBInstance'],
      arn: arn('db'),
      what: 'database instance',
      role: 'data',
      look: async (id) => {
        const found = await askInstance(client, id);
        return found && seen(found.DBInstanceStatus, found.DeletionProtection, found.Engine, found.DBInstanceClass);
      },
      unprotect: (id) => client.modifyDBInstance({ DBInstanceIdentifier: id, ...lift }),
      remove: async (id) => {
        // A member of a cluster has no data and no snapshots of its own.
        const isMember = ((await askInstance(client, id))?.DBClusterIdentifier ?? '') !== '';
        const alone = isMember ? {} : { SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
        await client.deleteDBInstance({ DBInstanceIdentifier: id, ...alone });
      },
    },
    {
      types: ['AWS::RDS::DBCluster', 'AWS::DocDB::DBCluster'],
      arn: arn('cluster'),
      what: 'database cluster',
      role: 'data',
      look: async (id) => {
        const found = await askCluster(client, id);
        return found && seen(found.Status, found.DeletionProtection, found.Engine);
      },
      unprotect: (id) => client.modifyDBCluster({ DBClusterIdentifier: id, ...lift }),
      remove: (id) => client.deleteDBCluster({ DBClusterIdentifier: id, SkipFinalSnapshot: true }),
    },
  ];
}

/** Those with a colon in their name are RDS's own or AWS Backup's, and go with what made them. */
function snapshots(client: RDS): Kind[] {
  return [
    {
      types: [],
      arn: arn('snapshot'),
      what: 'database snapshot',
      role: 'data',
      look: async (id) => {
        const found = (await ifThere(client.describeDBSnapshots({ DBSnapshotIdentifier: id })))?.DBSnapshots?.[0];
        return found && seen(found.Status, false, found.Engine, found.SnapshotCreateTime?.toISOString());
      },
      remove: (id) => client.deleteDBSnapshot({ DBSnapshotIdentifier: id }),
      madeOf: async (type, id) => {
        if (type !== 'AWS::RDS::DBInstance') return [];
        const pages = paginateDescribeDBSnapshots({ client }, { DBInstanceIdentifier: id, SnapshotType: 'manual' });
        const found = (await ifThere(all(pages, (page) => page.DBSnapshots))) ?? [];
        return found.map(({ DBSnapshotIdentifier = '' }) => DBSnapshotIdentifier);
      },
    },
    {
      types: [],
      arn: arn('cluster-snapshot'),
      what: 'database cluster snapshot',
      role: 'data',
      look: async (id) => {
        const answer = await ifThere(client.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: id }));
        const found = answer?.DBClusterSnapshots?.[0];
        return found && seen(found.Status, false, found.Engine, found.SnapshotCreateTime?.toISOString());
      },
      remove: (id) => client.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: id }),
      madeOf: async (type, id) => {
        if (!type.endsWith('::DBCluster')) return [];
        const asked = { DBClusterIdentifier: id, SnapshotType: 'manual' };
        const pages = paginateDescribeDBClusterSnapshots({ client }, asked);
        const found = (await ifThere(all(pages, (page) => page.DBClusterSnapshots))) ?? [];
        return found.map(({ DBClusterSnapshotIdentifier = '' }) => DBClusterSnapshotIdentifier);
      },
    },
  ];
}

/** Groups that a database names: they go once none does. */
function groups(client: RDS): Kind[] {
  const group = (types: string[], kind: string, what: string, rest: Pick<Kind, 'look' | 'remove'>): Kind => ({
    types: types.map((type) => `AWS::${type}`),
    arn: arn(kind),
    what,
    role: 'support',
    ...rest,
  });
  const there = async (asked: Promise<object>) => (await ifThere(asked)) && { detail: '' };
  return [
    group(['RDS::DBSubnetGroup', 'DocDB::DBSubnetGroup'], 'subgrp', 'subnet group of a database', {
      look: (id) => there(client.describeDBSubnetGroups({ DBSubnetGroupName: id })),
      remove: (id) => client.deleteDBSubnetGroup({ DBSubnetGroupName: id }),
    }),
    group(['RDS::DBParameterGroup'], 'pg', 'parameter group of a database', {
      look: (id) => there(client.describeDBParameterGroups({ DBParameterGroupName: id })),
      remove: (id) => client.deleteDBParameterGroup({ DBParameterGroupName: id }),
    }),
    group(['RDS::DBClusterParameterGroup', 'DocDB::DBClusterParameterGroup'], 'cluster-pg', 'parameter group', {
      look: (id) => there(client.describeDBClusterParameterGroups({ DBClusterParameterGroupName: id })),
      remove: (id) => client.deleteDBClusterParameterGroup({ DBClusterParameterGroupName: id }),
    }),
  ];
}
