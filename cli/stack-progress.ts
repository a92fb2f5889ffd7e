import {
  type CloudFormationClient,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Io } from './io.ts';

const POLL_MS = 500;

/** Plain lines when nobody watches a terminal: one for every so many resources. */
const PLAIN_STEP = 25;

/** How one change of a stack went. */
export interface StackHistory {
  /** Oldest first; only those of this change. */
  readonly events: readonly StackEvent[];

  /** The first resource that failed, and its own reason; undefined when none did. */
  readonly firstFailure: string | undefined;
}

/** What is being watched. */
export interface WatchOptions {
  readonly cloudFormation: CloudFormationClient;
  readonly stackName: string;

  /** What is going on, such as `deploy`. */
  readonly title: string;

  /** Resources that this change will make, at most. */
  readonly total: number;
  readonly io: Io;

  /** Called at the first failure, while the stack still rolls back: what it made is not gone yet. */
  readonly onFailure?: (event: StackEvent) => Promise<void>;
}

/** Shows the progress of `change` while it runs: resources done of all, what is under way, seconds. */
export async function watchStack<T>(
  options: WatchOptions,
  change: Promise<T>,
): Promise<{ result: T; history: StackHistory }> {
  const begun = Date.now();
  const isOver = change.then(
    () => true,
    () => true,
  );
  let printed = 0;
  let toldOfFailure = false;
  for (;;) {
    const over = await Promise.race([isOver, new Promise<false>((resolve) => setTimeout(resolve, POLL_MS, false))]);
    if (over) break;
    const events = await eventsSince(options, begun);
    const { done, running } = count(events);
    const failed = firstFailed(events);
    if (failed !== undefined && !toldOfFailure) {
      toldOfFailure = true;
      await options.onFailure?.(failed);
    }
    const seconds = Math.round((Date.now() - begun) / 1000);
    options.io.status(
      `${options.title}: ${done} of ${options.total} resources, ${seconds} s${running === undefined ? '' : `, now ${running}`}`,
    );
    if (done >= printed + PLAIN_STEP) {
      printed = done - (done % PLAIN_STEP);
      options.io.progress(`${options.title}: ${done} of ${options.total} resources, ${seconds} s`);
    }
  }
  const events = await eventsSince(options, begun);
  const failed = firstFailed(events);
  // A change may fail and end between two looks.
  if (failed !== undefined && !toldOfFailure) await options.onFailure?.(failed);
  return { result: await change, history: { events, firstFailure: firstFailure(events) } };
}

async function eventsSince({ cloudFormation, stackName }: WatchOptions, begun: number): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  try {
    for await (const page of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: stackName })) {
      for (const event of page.StackEvents ?? []) {
        // Newest first: everything after an older one is older still.
        if ((event.Timestamp?.getTime() ?? 0) < begun) return events.reverse();
        events.push(event);
      }
    }
  } catch (error) {
    // Before the first event there is no stack, and after its deletion none either.
    if (!(error instanceof Error) || !error.message.includes('does not exist')) throw error;
  }
  return events.reverse();
}

function count(events: readonly StackEvent[]): { done: number; running: string | undefined } {
  const latest = new Map<string, StackEvent>();
  for (const event of events) if (event.LogicalResourceId !== undefined) latest.set(event.LogicalResourceId, event);
  const all = [...latest.values()].filter((event) => event.ResourceType !== 'AWS::CloudFormation::Stack');
  const running = all.findLast((event) => event.ResourceStatus?.endsWith('IN_PROGRESS'));
  return {
    done: all.filter((event) => /_(COMPLETE|SKIPPED)$/.test(event.ResourceStatus ?? '')).length,
    running: running === undefined ? undefined : `${running.LogicalResourceId ?? ''} (${running.ResourceType ?? ''})`,
  };
}

function firstFailed(events: readonly StackEvent[]): StackEvent | undefined {
  return events.find(
    (event) => event.ResourceStatus?.endsWith('_FAILED') && event.ResourceType !== 'AWS::CloudFormation::Stack',
  );
}

function firstFailure(events: readonly StackEvent[]): string | undefined {
  const failed = firstFailed(events);
  return failed === undefined
    ? undefined
    : `${failed.LogicalResourceId ?? ''}: ${oneLine(failed.ResourceStatusReason ?? 'no reason given')}`;
}

/** The cause alone: what CloudFormation, the provider framework and Lambda put around it is for machines. */
export function oneLine(reason: string): string {
  return reason
    .replace(/^Received response status \[FAILED\] from custom resource\. Message returned: /, '')
    .replace(/^Error: /, '')
    .replace(/\s*\n[\s\S]*$/, '')
    .replace(/\s*\(RequestId: .*$/, '')
    .trim();
}

/** The resources that took longest, with their seconds. */
export function slowest(events: readonly StackEvent[], most = 3): { resource: string; seconds: number }[] {
  const begun = new Map<string, number>();
  const took: { resource: string; seconds: number }[] = [];
  for (const {
    LogicalResourceId: id = '',
    ResourceStatus: status = '',
    ResourceType: type,
    Timestamp: time,
  } of events) {
    if (time === undefined || type === 'AWS::CloudFormation::Stack') continue;
    if (status.endsWith('IN_PROGRESS')) begun.set(id, begun.get(id) ?? time.getTime());
    else if (begun.has(id)) took.push({ resource: id, seconds: (time.getTime() - (begun.get(id) ?? 0)) / 1000 });
  }
  return took.sort((one, other) => other.seconds - one.seconds).slice(0, most);
}
