import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DeployOptions } from '../commands/deploy.ts';
import { Aborted, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type DeployedStack, findStack, isBusy, untilSettled } from '../stack.ts';
import { oneLine } from '../stack-progress.ts';

/** States in which CloudFormation takes a change. */
const CHANGEABLE =
  /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|REVIEW_IN_PROGRESS|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/;

/** States that a stack does not leave by itself, and the way out; `NAME` stands for the stack's. */
const STUCK: readonly (readonly [state: RegExp, remedy: string])[] = [
  [
    /DELETE|^(CREATE|ROLLBACK)_FAILED$/,
    "delete what there is of it with 'npx tsx cli/main.ts cleanup --stack NAME', then deploy again",
  ],
  [/^UPDATE_FAILED$/, 'undo the change that failed: aws cloudformation rollback-stack --stack-name NAME'],
  [/^UPDATE_ROLLBACK_FAILED$/, 'go on undoing it: aws cloudformation continue-update-rollback --stack-name NAME'],
];

/** The stack as it is once nothing runs: a deployment that was cut off goes on in AWS, and is waited for. */
export async function settledStack(
  client: CloudFormationClient,
  name: string,
  options: DeployOptions,
  io: Io,
): Promise<DeployedStack | undefined> {
  const found = await findStack(client, name);
  if (found !== undefined && isBusy(found)) io.info(`${name} is ${found.status}: waiting for what was begun before`);
  const stack = found === undefined ? undefined : await untilSettled(client, name, io.signal);
  if (stack === undefined || CHANGEABLE.test(stack.status)) return stack;
  if (stack.status === 'ROLLBACK_COMPLETE') {
    await agreeToMakeAnew(stack, options, io);
    return stack;
  }
  const [, remedy] = STUCK.find(([state]) => state.test(stack.status)) ?? [];
  throw new UserError(
    `${name} is ${stack.status} (${oneLine(stack.statusReason ?? 'no reason given')})`,
    remedy?.replace('NAME', name) ?? 'look at its events in the console of CloudFormation',
  );
}

/** The CDK deletes what a failed first deployment left, before it computes any change. */
async function agreeToMakeAnew(stack: DeployedStack, { dryRun, yes }: DeployOptions, io: Io): Promise<void> {
  const what = `${stack.name} is what a failed first deployment left (ROLLBACK_COMPLETE)`;
  const cleanup = `npx tsx cli/main.ts cleanup --stack ${stack.name}`;
  if (stack.isProtected)
    throw new UserError(
      `${what}, and it is protected from deletion`,
      `delete it with '${cleanup} --lift-protection', then deploy again`,
    );
  if (dryRun === true)
    throw new UserError(
      `${what}: changes cannot be shown before it is deleted`,
      `deploy without --dry-run, which deletes it and makes it anew, or delete it with '${cleanup}'`,
    );
  if (!(await io.confirm(`${what}. Delete it and make it anew?`, { answered: yes }))) throw new Aborted('Deployment');
}
