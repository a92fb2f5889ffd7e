import { CloudWatch, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { all, ifThere } from '../inspect/kind.ts';
import { remedyFor } from '../remedies.ts';
import { type Check, finding, hoursSince, mostOften } from './check.ts';

/** How the descriptions of our alarms go on after what they mean. */
const REMEDY = /\. What to do: (.+?)\.?$/;

export const alarms: Check = {
  name: 'alarms',
  about: 'alarms',
  run: async ({ aws, owned, now }) => {
    const own = owned('AWS::CloudWatch::Alarm');
    if (own.length === 0) return [];
    const pages = paginateDescribeAlarms({ client: new CloudWatch(aws) }, { AlarmNames: own.map(({ id }) => id) });
    const unwell = (await all(pages, ({ MetricAlarms }) => MetricAlarms)).filter(
      ({ StateValue }) => StateValue !== 'OK',
    );
    return unwell.map(({ AlarmName: id = '', AlarmDescription: text = '', ...alarm }) => {
      const where = { logicalId: own.find((one) => one.id === id)?.logicalId ?? id, id };
      const meaning = text.replace(REMEDY, '');
      const remedy = REMEDY.exec(text)?.[1] ?? 'look at its metric in CloudWatch';
      if (alarm.StateValue === 'ALARM') return finding('bad', where, `${meaning} (${alarm.StateReason ?? ''})`, remedy);
      const isNew = hoursSince(alarm.StateUpdatedTimestamp, now) < 1;
      const wait = isNew ? 'wait: it is new' : 'look whether what it watches runs and sends its metric';
      return finding(isNew ? 'info' : 'warning', where, `no data to tell whether ${meaning}`, wait);
    });
  },
};

/** Lines of an error, in the words of LibreChat, the RAG API, and MongoDB. */
const ERRORS = '{ ($.level = "error") || ($.level = "ERROR") || ($.level = "CRITICAL") || ($.s = "E") || ($.s = "F") }';
const MOST_MESSAGES = 5;
const MOST_LINES = 5000;
const LONGEST_MESSAGE = 160;

export const logErrors: Check = {
  name: 'log errors',
  about: 'errors in the logs',
  run: async ({ aws, owned, stack, hours, now, tell }) => {
    const client = new CloudWatchLogs(aws);
    const startTime = now.getTime() - hours * 3_600_000;
    // The flow logs of the network are no messages, and many.
    const groups = owned('AWS::Logs::LogGroup').filter(({ logicalId }) => !logicalId.startsWith('Network'));
    const read = groups.map(async (group) => {
      tell(`reading ${group.id}`);
      const errors = (await ifThere(errorsIn(client, group.id, startTime))) ?? [];
      return mostOften(errors, MOST_MESSAGES).map(([message, count]) => ({ group, message, count }));
    });
    const most = (await Promise.all(read)).flat().sort((one, other) => other.count - one.count);
    return most.slice(0, MOST_MESSAGES).map(({ group, message, count }) => {
      const show = `aws logs tail ${group.id} --since ${hours}h --filter-pattern '${ERRORS}'`;
      const what = `${count} × in ${hours} h: ${message.slice(0, LONGEST_MESSAGE)}`;
      return finding('warning', group, what, remedyFor(message, stack.name)?.remedy ?? show);
    });
  },
};

async function errorsIn(client: CloudWatchLogs, logGroupName: string, startTime: number): Promise<string[]> {
  const errors: string[] = [];
  const asked = { logGroupName, startTime, filterPattern: ERRORS };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, asked)) {
    errors.push(...events.flatMap(({ message = '' }) => errorOf(message)));
    if (errors.length >= MOST_LINES) break;
  }
  return errors;
}

/** The message of a line of JSON that tells an error. */
function errorOf(line: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return [];
  }
  const { level = '', s = '', message, msg } = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  if (!/^(error|critical)$/i.test(String(level)) && !/^[EF]$/.test(String(s))) return [];
  const said = message ?? msg ?? line;
  return [typeof said === 'string' ? said : JSON.stringify(said)];
}
