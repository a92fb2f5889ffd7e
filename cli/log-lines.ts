import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';

/** Which lines of a log group. */
export interface LogQuery {
  readonly logGroupName: string;

  /** Age of the oldest line in hours. */
  readonly hours: number;

  /** Lines at most. */
  readonly most: number;

  /** Ends the reading early. */
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly time: number;
  readonly stream: string;
  readonly text: string;
}

/** The newest lines of a log group, oldest first: they tell what went wrong. */
export async function logLines(
  client: CloudWatchLogsClient,
  { logGroupName, hours, most, signal }: LogQuery,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const asked = { logGroupName, startTime: Date.now() - hours * 3_600_000 };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, asked, { abortSignal: signal })) {
    for (const { timestamp: time = 0, logStreamName: stream = '', message = '' } of events)
      lines.push({ time, stream, text: message.trimEnd() });
    signal?.throwIfAborted();
    if (lines.length > most) lines.splice(0, lines.length - most);
  }
  return lines;
}
