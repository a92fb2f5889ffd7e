import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type Event, historyOf } from '../inspect/lineage.ts';
import { type DeployedStack, findStack, isBusy, untilSettled } from '../stack.ts';
import { oneLine, watchStack } from '../stack-progress.ts';

/** How to go on when some resources could not be deleted. */
export interface Detour {
  /** Those that the stack shall let go. */
  readonly retain: readonly string[];

  /** Whether something was put out of the way since. */
  readonly hasMadeWay: boolean;
}

/** Deletes a stack; each time that resources fail, `detour` says how to go on. Ends when it is gone, or none helps. */
export async function deleteStack(
  client: CloudFormationClient,
  stack: DeployedStack,
  total: number,
  io: Io,
  detour: (failed: readonly Event[]) => Promise<Detour>,
): Promise<void> {
  let retain: readonly string[] = [];
  for (let earlier = ''; ;) {
    const asked = new DeleteStackCommand({
      StackName: stack.id,
      ...(retain.length === 0 ? {} : { RetainResources: [...retain] }),
    });
    const running = () => client.send(asked).then(() => untilEnded(client, stack.id, io.signal));
    const watched = { cloudFormation: client, stackName: stack.id, title: 'delete', total, io };
    const { result: after } = await watchStack(watched, running);
    if (after === undefined) return;
    const failed = (await historyOf(client, stack.id)).filter(({ status }) => status === 'DELETE_FAILED');
    const why = failed.map(({ logicalId, type, reason }) => `  ${logicalId} (${type}): ${oneLine(reason)}`);
    io.info([`${stack.name} is ${after.status}, some of it could not be deleted:`, ...why].join('\n'));
    const { hasMadeWay, retain: next } = await detour(failed);
    const ids = failed.map(({ logicalId }) => logicalId).join();
    if (failed.length === 0 || (ids === earlier && !hasMadeWay && next.join() === retain.join()))
      throw new UserError(
        `${stack.name} could not be deleted${why.length === 0 ? `: ${after.statusReason ?? after.status}` : `:\n${why.join('\n')}\n`}`,
        'remove what is in the way, as each reason says, and run the same command again: it goes on where it stopped',
      );
    earlier = ids;
    retain = next;
    io.info(
      next.length === 0
        ? 'trying again'
        : `trying again, ${next.length} of them are let go with the data that needs them`,
    );
  }
}

/** Time within which a deletion shows; one of nothing may be over by then. */
const BEGINS_MS = 2000;

/** Waits for a deletion just asked for: for a moment the stack may still be in the state that it was in before. */
async function untilEnded(client: CloudFormationClient, id: string, signal: AbortSignal) {
  for (const begun = Date.now(); Date.now() - begun < BEGINS_MS;) {
    const stack = await findStack(client, id);
    if (stack === undefined || isBusy(stack)) break;
    await sleep(200, undefined, { signal });
  }
  return await untilSettled(client, id, signal);
}
