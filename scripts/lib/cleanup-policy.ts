import { actionsIn } from './aws-calls.ts';
import type { PolicyDocument, Statement } from './deploy-policy.ts';

/** Where the command's calls are, without what only other commands call. */
const SOURCES = [
  ...['plan', 'stack-deletion'].map((name) => `cli/cleanup/${name}.ts`),
  ...['databases', 'ec2', 'leftovers', 'lineage', 'stores'].map((name) => `cli/inspect/${name}.ts`),
  ...['stack', 'stack-progress'].map((name) => `cli/${name}.ts`),
];

/** Calls that it makes from files with calls of other commands too; a test with the local AWS looks that none is missing. */
const ELSEWHERE = ['cloudformation:ListStackResources', 'rds:DescribeDBClusters', 'rds:DescribeDBInstances'];

/** Deletes what nobody tags: copies, what services make beside what was asked for, logs of functions. */
const UNTAGGED = /Snapshot$|RecoveryPoint$|NetworkInterface$|LogGroup$/;

/** What whoever calls `cleanup` must be allowed, beside what CloudFormation needs to delete the stack's resources. */
export async function cleanupPolicy(stackName: string): Promise<PolicyDocument> {
  const actions = new Set([...(await actionsIn(SOURCES)), ...ELSEWHERE].sort());
  /** A statement of the actions that no earlier one has taken. */
  const allow = (Sid: string, takes: (action: string) => boolean, rest: Partial<Statement> = {}): Statement => {
    const Action = [...actions].filter(takes);
    for (const action of Action) actions.delete(action);
    return { Sid, Effect: 'Allow', Action, Resource: '*', ...rest };
  };
  // CloudFormation begins the names of buckets with that of their stack.
  const buckets = `arn:*:s3:::${stackName.toLowerCase()}-*`;
  const isOfBuckets = (action: string) => action.startsWith('s3:') && action !== 's3:ListAllMyBuckets';
  return {
    Version: '2012-10-17',
    Statement: [
      allow('ItsBuckets', isOfBuckets, { Resource: [buckets, `${buckets}/*`] }),
      allow('Ask', (action) => /:(Describe|List|Get)/.test(action)),
      allow('TheStack', (action) => action.startsWith('cloudformation:'), {
        Resource: `arn:*:cloudformation:*:*:stack/${stackName}/*`,
      }),
      allow('CopiesAndLogs', (action) => UNTAGGED.test(action)),
      allow('WhatItLeaves', () => true, { Condition: { StringEquals: { 'aws:ResourceTag/Deployment': stackName } } }),
    ],
  };
}
