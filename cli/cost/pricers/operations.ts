import {
  at,
  type Context,
  type Finding,
  line,
  list,
  number,
  type Pricers,
  share,
  text,
  Unpriceable,
} from '../pricing.ts';
import type { Resource } from '../template.ts';
import { plus, type Range, times } from '../usage.ts';

const DAYS_PER_MONTH = 30;
const FOR_EVER_DAYS = 36_500;
const HIGH_RESOLUTION_SECONDS = 60;

function* alarm({ properties }: Resource): Iterable<Finding> {
  const queries = list(properties, 'Metrics');
  const stats = queries.flatMap((query) => at(query, 'MetricStat') ?? []);
  if (queries.some((query) => String(at(query, 'Expression')).includes('ANOMALY_DETECTION')))
    yield { unpriced: 'anomaly detection takes two metrics more' };
  const periods = [properties, ...stats].map((part) => number(part, 'Period', HIGH_RESOLUTION_SECONDS));
  const kind = periods.some((seconds) => seconds < HIGH_RESOLUTION_SECONDS) ? 'highResolution' : 'standard';
  yield line(`alarms, ${kind === 'standard' ? 'standard' : 'high resolution'}`, `AmazonCloudWatch/alarm.${kind}`, {
    metrics: Math.max(1, stats.length),
  });
}

/** Records of flow logs for those groups that get them, else an even part of all other logs. */
function logged(group: Resource, context: Context): Range {
  const { usage } = context;
  const flows = context.ofType('AWS::EC2::FlowLog').flatMap(({ properties }) => context.allReferred(properties));
  if (flows.includes(group)) return plus(usage.flowLogBaseGb, context.gb('flowLogKb'));
  const others = context.ofType('AWS::Logs::LogGroup').filter((other) => !flows.includes(other));
  return plus(usage.logBaseGb, share(context.gb('logKb'), others.length));
}

function* logGroup(group: Resource, context: Context): Iterable<Finding> {
  const { months, logCompression } = context.usage;
  const GB = logged(group, context);
  const days = Math.max(0, number(group.properties, 'RetentionInDays', FOR_EVER_DAYS));
  const kept = days / DAYS_PER_MONTH;
  const stored: Range = [Math.min(months[0], kept), Math.min(months[1], kept)];
  yield line('logs taken in', 'AmazonCloudWatch/logs.ingest', { GB });
  yield line(`logs stored, ${days === FOR_EVER_DAYS ? 'for ever' : `${days} days`}`, 'AmazonCloudWatch/logs.storage', {
    GB,
    months: stored,
    compressed: logCompression,
  });
}

function* topic(resource: Resource, context: Context): Iterable<Finding> {
  const requests = context.usage.invocations;
  yield line('messages to topics', 'AmazonSNS/apiRequests', { requests });
  const mails = [
    ...list(resource.properties, 'Subscription'),
    ...context
      .ofType('AWS::SNS::Subscription')
      .filter(({ properties }) => context.referred(properties['TopicArn']) === resource)
      .map(({ properties }) => properties),
  ].filter((subscription) => String(at(subscription, 'Protocol')).startsWith('email'));
  if (mails.length > 0) yield line('mails', 'AmazonSNS/email', { addresses: mails.length, messages: requests });
}

function* trail({ properties }: Resource, context: Context): Iterable<Finding> {
  if (properties['InsightSelectors'] !== undefined) yield { unpriced: 'insights of CloudTrail are charged by event' };
  const recordsData = /"DataResources":\[\{|"Data"/.test(
    JSON.stringify([properties['EventSelectors'], properties['AdvancedEventSelectors']]),
  );
  if (!recordsData) {
    yield { free: 'the first trail of management events is free' };
    return;
  }
  yield line('data events of CloudTrail', 'AWSCloudTrail/dataEvents', {
    kinds: 2,
    events: times(context.messages, context.usage.s3Requests),
  });
}

function* guard(_: Resource, context: Context): Iterable<Finding> {
  const { usage } = context;
  yield line('GuardDuty, management events', 'AmazonGuardDuty/cloudTrailManagement', { events: usage.accountEvents });
  yield line('GuardDuty, flow and DNS logs', 'AmazonGuardDuty/flowDns', {
    GB: plus(usage.flowLogBaseGb, context.gb('flowLogKb')),
  });
  yield line('GuardDuty, S3 events', 'AmazonGuardDuty/s3Data', { events: times(context.messages, usage.s3Requests) });
}

function recorded({ resources, usage }: Context): Range {
  return times([resources.length, resources.length], usage.configItems);
}

function* parameter({ properties }: Resource): Iterable<Finding> {
  const tier = text(properties, 'Tier', 'Standard');
  if (tier === 'Standard') {
    yield { free: 'standard parameters are free' };
    return;
  }
  yield line('advanced parameter', 'AWSSystemsManager/parameterAdvanced', {
    parameters: tier === 'Advanced' ? 1 : [0, 1],
  });
}

function* key(_: Resource, context: Context): Iterable<Finding> {
  yield line('customer key', 'awskms/key');
  yield line('requests to keys', 'awskms/requests', { requests: context.messages });
}

export const OPERATIONS: Pricers = {
  'AWS::SecretsManager::Secret': () => [line('secret', 'AWSSecretsManager/secret')],
  'AWS::KMS::Key': key,
  'AWS::SSM::Parameter': parameter,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': () => [line('composite alarm', 'AmazonCloudWatch/alarm.composite')],
  'AWS::CloudWatch::Dashboard': () => [line('dashboard', 'AmazonCloudWatch/dashboard')],
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': ({ properties }) => [
    line('custom metrics', 'AmazonCloudWatch/metric.custom', {
      metrics: list(properties, 'MetricTransformations').length,
    }),
  ],
  'AWS::SNS::Topic': topic,
  'AWS::SQS::Queue': (_, { usage }) => [
    line('messages to queues', 'AWSQueueService/standard', { requests: usage.invocations }),
  ],
  'AWS::CloudTrail::Trail': trail,
  'AWS::Config::ConfigurationRecorder': (_, context) => [
    line('changes recorded by Config', 'AWSConfig/configItem', { items: recorded(context) }),
  ],
  'AWS::Config::ConfigRule': (_, context) => [
    line('evaluations of Config rules', 'AWSConfig/ruleEvaluation', { evaluations: recorded(context) }),
  ],
  'AWS::GuardDuty::Detector': guard,
  'AWS::Budgets::BudgetsAction': () => {
    throw new Unpriceable('two budgets with actions are free, a further one is charged by day');
  },
};
