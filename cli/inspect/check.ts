import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { awsOptions } from '../aws-clients.ts';
import type { StackOptions } from '../commands/options.ts';
import type { Io } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { librechatStacks } from '../stack.ts';
import { findLeftovers, type Leftover } from './leftovers.ts';
import { type Lineage, lineageOf } from './lineage.ts';
import { describeStatus, type Status, statusOf } from './status.ts';

/** A leftover as it is told. */
export interface ToldLeftover {
  readonly what: string;
  readonly id: string;
  readonly detail: string;
  readonly data: 'holds data' | 'no data' | 'may hold data';
  readonly isProtected: boolean;
  readonly advice: string;
}

/** A stack, and what is left of those of its name that were deleted. */
export interface Check {
  readonly stack: string;
  readonly status: Status | undefined;
  readonly left: readonly ToldLeftover[];
}

export async function checkResources({ env, io }: CommandContext, { stack, ...choice }: StackOptions): Promise<Check> {
  const aws = awsOptions(env, choice);
  io.status('asking AWS');
  const client = new CloudFormationClient(aws);
  const lineage = await lineageOf(client, stack);
  const status = lineage.stack && (await statusOf(client, lineage.stack, aws));
  const left = (await findLeftovers(lineage, stack, aws)).map((leftover) => tell(leftover, stack));
  if (left.length === 0) await hint(client, lineage, stack, io);
  io.status('');
  return { stack, status, left };
}

/** A name that no stack has had lately may be a mistyped one. */
export async function hint(client: CloudFormationClient, lineage: Lineage, name: string, io: Io): Promise<void> {
  if (lineage.stack !== undefined || lineage.deleted.length > 0) return;
  const others = (await librechatStacks(client)).map((other) => other.name);
  const instead =
    others.length === 0 ? 'check --stack, --region and --profile' : `--stack takes ${others.join(' or ')}`;
  io.warn(`no stack named '${name}' was there in the last 90 days: ${instead}`);
}

export const tell = (
  { what, id, detail, role, isProtected = false, isGoing }: Leftover,
  name: string,
): ToldLeftover => ({
  what,
  id,
  detail,
  data: role === 'data' ? 'holds data' : role === 'unknown' ? 'may hold data' : 'no data',
  isProtected,
  advice: isGoing === true ? 'AWS is deleting it' : ADVICE[role].replace('NAME', name),
});

const ADVICE: Readonly<Record<Leftover['role'], string>> = {
  data: 'use it again as docs/BACKUP_AND_RESTORE.md says, or delete it with: cleanup --stack NAME --delete-data',
  support: 'goes with the data that needs it',
  remains: 'cleanup --stack NAME deletes it',
  unknown: 'look at it in the console: cleanup deletes only what it knows; AWS lists by tag for an hour what is gone',
};

/** One line each, under what to do about it. */
export const describeLeft = (left: readonly ToldLeftover[]): string[] =>
  [...new Set(left.map(({ advice }) => advice))].flatMap((shared) => [
    `  ${shared}`,
    ...left
      .filter(({ advice }) => advice === shared)
      .map(({ what, id, detail, data, isProtected }) =>
        [`    ${what} ${id}`, detail, data, isProtected ? 'protected from deletion' : ''].filter(Boolean).join(', '),
      ),
  ]);

export function describeCheck({ stack, status, left }: Check): string {
  const name = status === undefined ? stack : `earlier stacks named ${stack}`;
  const told = left.length === 0 ? [`nothing is left of ${name}`] : [`left of ${name}:`, ...describeLeft(left)];
  return [...(status === undefined ? [] : [describeStatus(status)]), ...told].join('\n');
}
