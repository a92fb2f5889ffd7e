import {
  type CloudFormationClient,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';
import { stackResources } from '../deployed-environment.ts';
import { type DeployedStack, describedStack, environmentOf, findStack, isOurs } from '../stack.ts';
import { all } from './kind.ts';

/** A resource that a stack has or had. */
export interface Owned {
  readonly type: string;
  readonly id: string;
  readonly logicalId: string;
  readonly stackId: string;
}

/** The last that happened to something that a stack had. */
export interface Event extends Owned {
  readonly status: string;
  readonly reason: string;
}

/** The stacks of one name: the one there is, and those that were deleted in the last 90 days, as long as AWS keeps them. */
export interface Lineage {
  readonly stack: DeployedStack | undefined;
  readonly deleted: readonly DeployedStack[];

  /** What the stack has now. */
  readonly owned: readonly Owned[];

  /** What one of them had, and let go without deleting it. */
  readonly kept: readonly Owned[];

  /** What one of them had and no longer has, kept or not. */
  readonly former: readonly Owned[];

  /** Whether all of them were for development. */
  readonly isDevelopment: boolean;
}

/** Reads it from CloudFormation's own records: nothing is told by its name. */
export async function lineageOf(client: CloudFormationClient, name: string): Promise<Lineage> {
  const stack = await findStack(client, name);
  const summaries = await all(
    paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] }),
    ({ StackSummaries }) => StackSummaries,
  );
  const ids = summaries.filter(({ StackName }) => StackName === name).map(({ StackId = '' }) => StackId);
  const described = await Promise.all(
    ids.map((StackName) => all(paginateDescribeStacks({ client }, { StackName }), ({ Stacks }) => Stacks)),
  );
  const deleted = described.flat().map(describedStack).filter(isOurs);
  const owned = stack === undefined ? [] : await ownedBy(client, stack);
  const isOwned = new Set(owned.map(({ id }) => id));
  const every = stack === undefined ? deleted : [stack, ...deleted];
  const histories = await Promise.all(every.map(({ id }) => historyOf(client, id)));
  const former = histories.flat().filter(({ id }) => !isOwned.has(id));
  return {
    stack,
    deleted,
    owned,
    kept: former.filter(({ status }) => status === 'DELETE_SKIPPED'),
    former,
    isDevelopment: every.length > 0 && every.every((one) => environmentOf(one) === 'development'),
  };
}

/** What a stack has, as CloudFormation lists it. */
export async function ownedBy(client: CloudFormationClient, stack: DeployedStack): Promise<Owned[]> {
  return (await stackResources(client, stack.id))
    .filter(({ ResourceStatus = '' }) => !/^DELETE_(COMPLETE|SKIPPED)$/.test(ResourceStatus))
    .map(({ ResourceType: type = '', PhysicalResourceId: id = '', LogicalResourceId: logicalId = '' }) => ({
      type,
      id,
      logicalId,
      stackId: stack.id,
    }))
    .filter(({ id }) => id !== '');
}

/** Everything that a stack ever had, each with the last that happened to it. */
export async function historyOf(client: CloudFormationClient, stackId: string): Promise<Event[]> {
  const latest = new Map<string, Event>();
  const pages = paginateDescribeStackEvents({ client }, { StackName: stackId });
  // Newest first.
  for (const event of await all(pages, ({ StackEvents }) => StackEvents)) {
    const { ResourceType: type = '', PhysicalResourceId: id = '', LogicalResourceId: logicalId = '' } = event;
    const { ResourceStatus: status = '', ResourceStatusReason: reason = '' } = event;
    const key = `${type} ${id}`;
    if (id !== '' && id !== stackId && !latest.has(key))
      latest.set(key, { type, id, logicalId, stackId, status, reason });
  }
  return [...latest.values()];
}
