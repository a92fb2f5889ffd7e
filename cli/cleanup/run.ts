import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type AwsOptions, awsOptions } from '../aws-clients.ts';
import type { CleanupOptions } from '../commands/cleanup.ts';
import { Aborted, EXIT, UserError } from '../errors.ts';
import { describeLeft, hint, tell, type ToldLeftover } from '../inspect/check.ts';
import { findLeftovers, kindsOf, type Leftover } from '../inspect/leftovers.ts';
import { type Event, type Lineage, lineageOf } from '../inspect/lineage.ts';
import type { Io } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { isBusy, isOurs, untilSettled } from '../stack.ts';
import { describePlan, isToGo, makePlan, type Plan } from './plan.ts';
import { removeAll } from './removal.ts';
import { deleteStack, type Detour } from './stack-deletion.ts';

export interface CleanupResult {
  readonly stack: string;
  readonly data: Plan['data'];
  readonly isDryRun: boolean;
  /** What the stack had, and what becomes of each. */
  readonly resources: Plan['resources'];
  /** What is there now of what these commands look for. */
  readonly left: readonly ToldLeftover[];
}

/** One cleanup: of what, where, and how to talk about it. */
interface Cleanup {
  readonly io: Io;
  readonly client: CloudFormationClient;
  readonly aws: AwsOptions;
  readonly options: CleanupOptions;
}

/** Deletes a stack and what is left of it. Everything is found anew at each run, so that any run can be cut off. */
export async function cleanup({ io, env }: CommandContext, options: CleanupOptions): Promise<CleanupResult> {
  const aws = awsOptions(env, options);
  const self: Cleanup = { io, aws, options, client: new CloudFormationClient(aws) };
  const lineage = await settled(self);
  const leftovers = await findLeftovers(lineage, options.stack, aws, [...lineage.former, ...lineage.owned]);
  const data = options.deleteData === true || (options.keepData !== true && lineage.isDevelopment) ? 'deleted' : 'kept';
  const plan = await makePlan(self.client, lineage, leftovers, data, aws);
  const isDryRun = options.dryRun === true;
  const result = (left: readonly Leftover[]): CleanupResult => ({
    stack: options.stack,
    data,
    isDryRun,
    resources: plan.resources,
    left: left.map((leftover) => tell(leftover, options.stack)),
  });
  if (lineage.stack === undefined && leftovers.length === 0) {
    await hint(self.client, lineage, options.stack, io);
    return result([]);
  }
  await agree(self, lineage, plan);
  if (isDryRun) return result(leftovers);
  try {
    for (const { lift } of plan.locked) await lift();
    await carryOut(self, lineage, plan);
    return result(await verify(self, plan));
  } finally {
    if (io.signal.aborted) io.info('what was begun goes on in AWS; run the same command again to see it through');
  }
}

/** Shows what will be done, and ends everything that is not agreed to. */
async function agree({ io, options }: Cleanup, { isDevelopment }: Lineage, plan: Plan): Promise<void> {
  const { stack, yes, dryRun = false, liftProtection = false } = options;
  io.info([`cleanup of ${stack}, its data is ${plan.data}`, ...describePlan(plan)].join('\n'));
  if (plan.locked.length > 0) {
    const names = `deletion protection is on: ${plan.locked.map(({ name }) => name).join(', ')}`;
    if (!liftProtection && !dryRun) throw new UserError(names, 'pass --lift-protection to lift it', EXIT.usage);
    io.info(liftProtection ? `${names}; it will be lifted` : `${names}; --lift-protection lifts it`);
  }
  if (dryRun) return;
  if (yes === true && !options.isNamed && !isDevelopment)
    throw new UserError(
      `--yes alone would delete ${stack}, not for development`,
      `name it: --stack ${stack}`,
      EXIT.usage,
    );
  const question = `Delete ${stack}${plan.data === 'deleted' ? ' and its data, for good' : ''}?`;
  if (!(await io.confirm(question, { answered: yes, typed: stack }))) throw new Aborted('Cleanup');
}

/** The stack and its past, once nothing runs: what was begun and cut off goes on in AWS, and is waited for. */
async function settled({ client, options: { stack: name }, io }: Cleanup): Promise<Lineage> {
  io.status('asking AWS');
  const lineage = await lineageOf(client, name);
  const { stack } = lineage;
  if (stack === undefined) return lineage;
  if (!isOurs(stack))
    throw new UserError(
      `${name} is not a stack of this project`,
      'only one with the tag Application=LibreChat or the description of our templates is',
      EXIT.usage,
    );
  if (!isBusy(stack)) return lineage;
  io.info(`${name} is ${stack.status}: waiting for what was begun before`);
  await untilSettled(client, stack.id, io.signal);
  return await lineageOf(client, name);
}

/** Deletes the stack, then what it leaves; what is in the way of the one is part of the other. */
async function carryOut({ client, aws, io, options }: Cleanup, { stack }: Lineage, plan: Plan): Promise<void> {
  const remove = async (): Promise<number> => {
    const left = await findLeftovers(await lineageOf(client, options.stack), options.stack, aws);
    return await removeAll(
      left.filter((leftover) => isToGo(plan, leftover)),
      io,
    );
  };
  const kinds = kindsOf(aws);
  const detour = async (failed: readonly Event[]): Promise<Detour> => {
    const known = failed.flatMap((event) => {
      const kind = kinds.find(({ types }) => types.includes(event.type));
      return kind === undefined
        ? []
        : [{ ...event, kind, what: kind.what, role: kind.role, source: event, detail: '' }];
    });
    if (plan.data === 'kept') return { retain: known.map(({ logicalId }) => logicalId), hasMadeWay: false };
    const emptied = await removeAll(
      known.filter(({ role }) => role === 'data'),
      io,
    );
    return { retain: [], hasMadeWay: (await remove()) + emptied > 0 };
  };
  if (stack !== undefined) await deleteStack(client, stack, plan.resources.length, io, detour);
  await remove();
  io.status('');
}

/** Looks again at what is left: what was to go must be gone. */
async function verify({ client, aws, options }: Cleanup, plan: Plan): Promise<Leftover[]> {
  const lineage = await lineageOf(client, options.stack);
  const left = await findLeftovers(lineage, options.stack, aws);
  const wrong = left.filter((leftover) => isToGo(plan, leftover));
  const names = wrong.map(({ what, id }) => `${what} ${id}`);
  if (lineage.stack !== undefined) names.unshift(`stack ${options.stack}`);
  if (names.length === 0) return left;
  throw new UserError(`still there: ${names.join(', ')}`, 'run the same command again');
}

export function describeCleanup({ stack, data, isDryRun, left }: CleanupResult): string {
  if (isDryRun) return `nothing of ${stack} was deleted (--dry-run)`;
  if (left.length === 0) return `${stack} is gone, nothing is left`;
  return [`${stack} is gone; ${data === 'kept' ? 'kept on purpose' : 'left'}:`, ...describeLeft(left)].join('\n');
}
