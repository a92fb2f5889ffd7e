import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudFormationClient,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Io } from './io.ts';
import { redact } from './redact.ts';
import { pollMs } from './stack.ts';

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

/**
 * Begins a change and shows its progress: resources done of all, what is under way, seconds.
 *
 * The change alone decides how it ends: when AWS does not let it be watched, nothing is shown.
 */
export async function watchStack<T>(
  options: WatchOptions,
  begin: () => Promise<T>,
): Promise<{ result: T; history: StackHistory }> {
  const reader = new EventReader(options);
  const isWatchable = await reader.skipEarlier().then(
    () => true,
    () => false,
  );
  const change = begin();
  const ended = new AbortController();
  const end = () => {
    ended.abort();
  };
  change.then(end, end);
  if (isWatchable)
    await watch(options, reader, ended.signal).catch(() => {
      options.io.status('');
    });
  const { events } = reader;
  return { result: await change, history: { events, firstFailure: firstFailure(events) } };
}

async function watch(options: WatchOptions, reader: EventReader, ended: AbortSignal): Promise<void> {
  const { cloudFormation, io, title, total, onFailure } = options;
  const begun = Date.now();
  let printed = 0;
  let isTold = false;
  for (;;) {
    await sleep(pollMs(cloudFormation), undefined, { signal: ended }).catch(() => undefined);
    const isOver = ended.aborted;
    await reader.read();
    const failed = firstFailed(reader.events);
    if (failed !== undefined && !isTold) {
      isTold = true;
      await onFailure?.(failed);
    }
    if (isOver) return;
    const { done, running } = count(reader.events);
    const seconds = Math.round((Date.now() - begun) / 1000);
    io.status(
      `${title}: ${done} of ${total} resources, ${seconds} s${running === undefined ? '' : `, now ${running}`}`,
    );
    if (done >= printed + PLAIN_STEP) {
      printed = done - (done % PLAIN_STEP);
      io.progress(`${title}: ${done} of ${total} resources, ${seconds} s`);
    }
  }
}

/** Reads each event of a change once, by what AWS calls it: clocks here and there differ. */
class EventReader {
  /** Oldest first. */
  readonly events: StackEvent[] = [];
  private readonly options: WatchOptions;
  private newest: string | undefined;

  constructor(options: WatchOptions) {
    this.options = options;
  }

  /** To be called before the change begins. */
  async skipEarlier(): Promise<void> {
    for await (const [event] of this.pages()) {
      this.newest = event?.EventId;
      return;
    }
  }

  async read(): Promise<void> {
    const fresh: StackEvent[] = [];
    for await (const page of this.pages()) {
      const known = page.findIndex(({ EventId }) => EventId === this.newest);
      fresh.push(...(known === -1 ? page : page.slice(0, known)));
      if (known !== -1) break;
    }
    this.newest = fresh[0]?.EventId ?? this.newest;
    this.events.push(...fresh.reverse());
  }

  /** Newest first. */
  private async *pages(): AsyncGenerator<readonly StackEvent[]> {
    const { cloudFormation: client, stackName: StackName } = this.options;
    try {
      for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName }))
        yield StackEvents;
    } catch (error) {
      // Before the first event there is no stack, and after its deletion none either.
      if (!(error instanceof Error) || !error.message.includes('does not exist')) throw error;
    }
  }
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

/** The cause alone, without secrets: what CloudFormation, the provider framework and Lambda put around it is for machines. */
export function oneLine(reason: string): string {
  return redact(reason)
    .text.replace(/^Received response status \[FAILED\] from custom resource\. Message returned: /, '')
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
