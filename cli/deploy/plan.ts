import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import type { DeploymentConfig } from '../../config/schema.ts';
import { knownErrorIn } from '../aws-errors.ts';
import { cdk } from '../cdk.ts';
import { UserError } from '../errors.ts';
import { remedyFor } from '../remedies.ts';
import { findStack } from '../stack.ts';
import { oneLine } from '../stack-progress.ts';
import { ChangeSet, type ChangeSetAddress, dropChangeSet } from './change-set.ts';
import { type Deployment, startsAnew } from './deployment.ts';

/** What CloudFormation would do, and a way to leave everything as it was. */
export interface Plan {
  /** Undefined when the template and what is there are the same. */
  readonly changeSet: ChangeSet | undefined;
  readonly drop: () => Promise<void>;
}

/** Publishes the assets and has CloudFormation compute the change set, by the CDK's own CLI. */
export async function plan(deployment: Deployment): Promise<Plan> {
  const { io, client, config, assembly, env } = deployment;
  io.status('publishing assets, computing the change set');
  const at = { StackName: config.stackName, ChangeSetName: `librechat-${Date.now().toString(36)}` };
  const drop = () => dropPlan(deployment, at);
  try {
    const method = ['--method', 'prepare-change-set', '--change-set-name', at.ChangeSetName];
    const { code, output } = await cdk(
      ['deploy', '--app', assembly, '--all', '--require-approval', 'never', ...method],
      { env, cwd: assembly, signal: io.signal },
    );
    io.signal.throwIfAborted();
    if (code !== 0) throw planFailure(output, config);
    return { changeSet: await ChangeSet.read(client, at), drop };
  } catch (error) {
    // What went wrong counts, not that what it left could not be removed.
    await drop().catch(() => undefined);
    throw error;
  }
}

/** A stack that holds nothing but a change set is no stack: nothing is left of it either. */
async function dropPlan(deployment: Deployment, at: ChangeSetAddress): Promise<void> {
  const { client, before } = deployment;
  if (!startsAnew(deployment)) {
    await dropChangeSet(client, at);
    return;
  }
  const stack = await findStack(client, at.StackName);
  if (stack?.status === 'REVIEW_IN_PROGRESS' && stack.id !== before?.id)
    await client.send(new DeleteStackCommand({ StackName: stack.id }));
}

/** What the CDK says of an account and region without its bootstrap stack, or with one that is too old. */
const NOT_BOOTSTRAPPED =
  /Has the environment been bootstrapped\?|Is (this )?account .*bootstrapped\?|requires bootstrap stack version '\d+', found/;

/** Why the CDK could not make the change set. */
export function planFailure(
  output: string,
  { account, region, stackName }: Pick<DeploymentConfig, 'account' | 'region' | 'stackName'>,
): UserError {
  // It comes last: behind its code where the CDK has one, else alone.
  const said = output.trim();
  const coded = said.lastIndexOf('‣ ');
  const line = oneLine(coded === -1 ? (said.split('\n').at(-1) ?? '') : said.slice(coded + 2));
  const known = knownErrorIn(line);
  if (known !== undefined) return known;
  if (NOT_BOOTSTRAPPED.test(output))
    return new UserError(
      'this account and region have not been bootstrapped for the CDK, or long ago',
      `run 'npx cdk bootstrap aws://${account ?? 'ACCOUNT'}/${region ?? 'REGION'}' once, then deploy again`,
    );
  return new UserError(`the change set could not be made: ${line}`, remedyFor(line, stackName)?.remedy);
}
