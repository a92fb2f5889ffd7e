import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStacks,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { environmentIn } from '../lib/utils/stack-description.ts';
import { UserError } from './errors.ts';

/** A deployed stack, as CloudFormation describes it. */
export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly isProtected: boolean;
  readonly description: string;
  readonly changedAt: Date | undefined;
}

/** The stack of that name; undefined when there is none, or only the record of a deleted one. */
export async function findStack(client: CloudFormationClient, name: string): Promise<DeployedStack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? undefined : describedStack(stack);
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

/** The stack of that name, or an error that names the ones there are. */
export async function requireStack(client: CloudFormationClient, name: string): Promise<DeployedStack> {
  const stack = await findStack(client, name);
  if (stack !== undefined) return stack;
  const others = (await librechatStacks(client)).map((other) => other.name);
  throw new UserError(
    `no stack named '${name}' in this account and region`,
    others.length === 0 ? 'check --stack, --region and --profile' : `--stack takes ${others.join(' or ')}`,
  );
}

/** Every stack of ours in the account and region. */
export async function librechatStacks(client: CloudFormationClient): Promise<DeployedStack[]> {
  const stacks: DeployedStack[] = [];
  for await (const page of paginateDescribeStacks({ client }, {}))
    stacks.push(...(page.Stacks ?? []).map(describedStack).filter(isOurs));
  return stacks;
}

/** Whether a stack is one of this project's, by its tag or its description: everybody else's and the bootstrap are not. */
export const isOurs = ({ tags, description }: DeployedStack): boolean =>
  tags['Application'] === 'LibreChat' || environmentIn(description) !== undefined;

/** What a stack is for. */
export const environmentOf = ({ tags, description }: DeployedStack): string | undefined =>
  tags['Environment'] ?? environmentIn(description);

/** Whether CloudFormation is at work on it. */
export const isBusy = ({ status }: DeployedStack): boolean =>
  status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';

const POLL_MS = 2500;
const LOCAL_POLL_MS = 500;

/** Time between two looks at a stack: AWS answers all of an account from one allowance, a local AWS has no other. */
export const pollMs = ({ config }: CloudFormationClient): number =>
  config.isCustomEndpoint === true ? LOCAL_POLL_MS : POLL_MS;

/** Waits until CloudFormation is done with a stack: undefined when it is gone. */
export async function untilSettled(
  client: CloudFormationClient,
  name: string,
  signal: AbortSignal,
): Promise<DeployedStack | undefined> {
  for (;;) {
    const stack = await findStack(client, name);
    if (stack === undefined || !isBusy(stack)) return stack;
    await sleep(pollMs(client), undefined, { signal });
  }
}

export function describedStack(stack: Stack): DeployedStack {
  return {
    name: stack.StackName ?? '',
    id: stack.StackId ?? '',
    status: stack.StackStatus ?? '',
    statusReason: stack.StackStatusReason,
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    isProtected: stack.EnableTerminationProtection === true,
    description: stack.Description ?? '',
    changedAt: stack.LastUpdatedTime ?? stack.CreationTime,
  };
}
