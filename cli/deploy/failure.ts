import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { AwsOptions } from '../aws-clients.ts';
import { type LogLine, logLines } from '../log-lines.ts';
import { redact } from '../redact.ts';
import { remedyFor } from '../remedies.ts';
import { oneLine } from '../stack-progress.ts';

const LINES = 15;
const LOOK_BACK_HOURS = 1 / 3;

/** What is told of a change that failed, without secrets. */
export interface Failure {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
  readonly cause: string | undefined;
  readonly remedy: string;
  readonly log: readonly string[];
}

/**
 * Explains the first failed resource with the last lines of its logs.
 *
 * To be called while the stack rolls back: a log group that it made goes with it.
 */
export async function explainFailure(event: StackEvent, stackName: string, options: AwsOptions): Promise<Failure> {
  const { LogicalResourceId: logicalId = '', ResourceType: type = '', ResourceStatusReason: reason = '' } = event;
  const known = remedyFor(reason, stackName);
  return {
    logicalId,
    type,
    reason: oneLine(reason),
    cause: known?.cause,
    remedy:
      known?.remedy ??
      `'npx tsx cli/main.ts analyze --stack ${stackName}' looks further; docs/TROUBLESHOOTING.md lists known messages`,
    log: await lastLogLines(type, stackName, options),
  };
}

/** Log groups that tell about a resource of a type. */
const LOGS_OF: readonly { readonly type: RegExp; readonly group: RegExp }[] = [
  { type: /^(Custom::|AWS::Lambda::)/, group: /\/init-(postgres|docdb)$/ },
  { type: /^AWS::ECS::/, group: /\/(librechat|rag-api|meilisearch)$/ },
  { type: /^AWS::(EC2::Instance|CloudFormation::WaitCondition)$/, group: /\/librechat$/ },
];

async function lastLogLines(type: string, stackName: string, options: AwsOptions): Promise<string[]> {
  const wanted = LOGS_OF.find((candidate) => candidate.type.test(type));
  if (wanted === undefined) return [];
  const client = new CloudWatchLogsClient(options);
  const lines: LogLine[] = [];
  try {
    const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix: `/aws/librechat/${stackName}/` });
    for await (const { logGroups = [] } of pages)
      for (const { logGroupName = '' } of logGroups)
        if (wanted.group.test(logGroupName))
          lines.push(...(await logLines(client, { logGroupName, hours: LOOK_BACK_HOURS, most: LINES })));
  } catch {
    // The failure itself is what counts: logs that cannot be read must not hide it.
  }
  const last = lines.sort((one, other) => one.time - other.time).slice(-LINES);
  // Together: a key may go over several lines.
  return last.length === 0 ? [] : redact(last.map(({ text }) => text.trim()).join('\n')).text.split('\n');
}
