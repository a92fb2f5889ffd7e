import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { authorityFile, type LocalAws, orderWrongPassword, readReport } from '../../rehearsal/local-aws.ts';
import { awsOptions } from '../aws-clients.ts';
import { deployedEnvironments } from '../deployed-environment.ts';
import { UserError } from '../errors.ts';
import { slowest } from '../stack-progress.ts';
import { type Change, lastLine, type RehearsedDeployment, type Variant } from './deployment.ts';
import { proveStores, type StoreProof } from './proof.ts';
import { enlarged, NEXT_RELEASE, STATEFUL_TYPES } from './variants.ts';

/** What a step found, a line each. */
export type Facts = readonly string[];

/** What every step works with. */
export interface Rehearsal {
  readonly aws: LocalAws;
  readonly deployment: RehearsedDeployment;

  /** The configuration as it was asked for. */
  readonly base: Variant;
}

/** Creates the stack. */
export async function deployStep({ deployment, base }: Rehearsal): Promise<Facts> {
  const change = mustSucceed(await deployment.deploy(base, 'deploy'), 'the deployment failed');
  const made = Object.keys(base.template.Resources).length;
  const slow = slowest(change.history.events).map(({ resource, seconds }) => `${resource} ${seconds.toFixed(1)} s`);
  return [`${made} resources, slowest: ${slow.join(', ')}`];
}

/** Asks the stores what the initializers made, with the application's own credentials. */
export async function proveStep({ aws, deployment, base }: Rehearsal): Promise<StoreProof[]> {
  const environments = await deployedEnvironments(await deployment.resources(base), awsOptions(aws.env));
  return await proveStores(environments, authorityFile(aws));
}

/** Deploys the same again. */
export async function repeatStep({ deployment, base }: Rehearsal): Promise<Facts> {
  const again = deployment.synthesize();
  if (JSON.stringify(again.template) !== JSON.stringify(base.template))
    throw new UserError('a second synthesis gave another template');
  const { history, output } = mustSucceed(
    await deployment.deploy(again, 'deploy again'),
    'the second deployment failed',
  );
  if (history.events.length > 0 || !output.includes('no changes'))
    throw new UserError(
      `the second deployment changed something: ${history.events[0]?.LogicalResourceId ?? lastLine(output)}`,
    );
  return ['the same template, no change'];
}

/** Deploys a larger configuration. */
export async function enlargeStep({ deployment, base }: Rehearsal): Promise<Facts> {
  const changes = enlarged(base.config);
  const before = statefulIds(await deployment.resources(base));
  const { history } = mustSucceed(
    await deployment.deploy(deployment.synthesize(changes), 'enlarge'),
    'the larger deployment failed',
  );
  const after = statefulIds(await deployment.resources(base));
  const replaced = [...before].filter(([id, physicalId]) => after.get(id) !== physicalId).map(([id]) => id);
  if (replaced.length > 0) throw new UserError(`a change of size replaced ${replaced.join(', ')}`);
  const updated = new Set(
    history.events
      .filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_COMPLETE')
      .map(({ LogicalResourceId }) => LogicalResourceId),
  );
  return [
    `${changes.join(', ')}: ${updated.size - 1} resources updated, none of ${before.size} that hold data replaced`,
  ];
}

/** Lets an initializer fail in an upgrade, for real: its password is wrong while it runs. */
export async function failStep({ aws, deployment, base }: Rehearsal): Promise<Facts> {
  const hasInitializer = Object.values(base.template.Resources).some(({ Type }) =>
    Type.startsWith('Custom::LibreChat'),
  );
  if (!hasInitializer) return ['no initializer in this configuration: its databases run in containers'];
  await orderWrongPassword(aws);
  const upgrade = deployment.synthesize([...enlarged(base.config), `librechatVersion=${NEXT_RELEASE}`]);
  const { code, history } = await deployment.deploy(upgrade, 'fail');
  const { status } = await deployment.describe(base);
  if (code === 0 || status !== 'UPDATE_ROLLBACK_COMPLETE')
    throw new UserError(
      `an initializer with a wrong password should have rolled the upgrade back, the stack is ${status}`,
    );
  await proveStep({ aws, deployment, base });
  return [`rolled back: ${history.firstFailure ?? ''}`, 'the application still reaches its data'];
}

/** Deletes the stack, deletion protection lifted first as an operator would. */
export async function destroyStep({ aws, deployment, base }: Rehearsal): Promise<Facts> {
  const facts: string[] = [];
  const { data, compliance } = base.config;
  let last = base;
  if (data.deletionProtection) {
    const lift = ['data.deletionProtection=false', ...(compliance.length > 0 ? ['compliance=[]'] : [])];
    last = deployment.synthesize([...enlarged(base.config), ...lift]);
    mustSucceed(await deployment.deploy(last, 'lift protection'), 'deletion protection could not be lifted');
    facts.push(`deletion protection lifted by ${lift.join(', ')}`);
  }
  mustSucceed(await deployment.destroy(last), 'the stack could not be deleted');
  return [...facts, ...(await whatIsLeft(aws, last))];
}

async function whatIsLeft(aws: LocalAws, { template, config }: Variant): Promise<Facts> {
  const { retained, snapshots } = await readReport(aws);
  const kept = Object.entries(template.Resources).filter(([, { DeletionPolicy = 'Delete' }]) =>
    DeletionPolicy.startsWith('Retain'),
  );
  const unexpected = retained.filter(({ logicalId }) => !kept.some(([id]) => id === logicalId));
  if (unexpected.length > 0)
    throw new UserError(`left without a reason: ${unexpected.map(({ logicalId }) => logicalId).join(', ')}`);
  const groups: string[] = [];
  for await (const page of paginateDescribeLogGroups({ client: new CloudWatchLogsClient(awsOptions(aws.env)) }, {}))
    groups.push(...(page.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName));
  return [
    retained.length === 0
      ? 'nothing retained'
      : `retained on purpose (data.removalPolicy ${config.data.removalPolicy}): ${countByType(retained)}`,
    ...(snapshots.length === 0 ? [] : [`final snapshots: ${countByType(snapshots)}`]),
    ...(groups.length === 0 ? [] : [`log groups that functions leave behind, as on AWS: ${groups.length}`]),
  ];
}

function countByType(resources: readonly { readonly type: string }[]): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
}

function statefulIds(resources: readonly StackResourceSummary[]): Map<string, string> {
  return new Map(
    resources
      .filter(({ ResourceType }) => STATEFUL_TYPES.has(ResourceType ?? ''))
      .map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId]),
  );
}

function mustSucceed(change: Change, what: string): Change {
  if (change.code !== 0) throw new UserError(`${what}: ${change.history.firstFailure ?? lastLine(change.output)}`);
  return change;
}
