import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { FIVE_MINUTES, MISSING, type Watched } from './watched.ts';

/**
 * Lines of LibreChat v0.8.8 with CONSOLE_JSON: one object each, with `timestamp`, `level`, `message`, and `userId`,
 * `requestId`, `request_method`, `request_path` where a request is known. Read in its sources: data-schemas
 * (config/winston.ts, requestLogContext.ts), api/server/controllers/agents/{client,request}.js, api/strategies.
 */
const MARKS = {
  // The first is logged when a model ends an answer with an error, the others when the answer ends without one.
  brokenAnswers: [
    '#sendCompletion] Unhandled error type',
    'Controller] Generation error for ',
    'Controller] Initialization error',
  ],
  login: '[Login]',
  providers: ['[openidStrategy] login success', '[samlStrategy] Login success'],
} as const;

/** Patterns of filters over those lines. */
const LINES = {
  errors: '{ $.level = "error" }',
  brokenAnswers: `{ $.level = "error" && ( ${anyMessage(MARKS.brokenAnswers.map((mark) => `*${mark}`))} ) }`,
  signIns: `{ ${anyMessage([`${MARKS.login} [Login successful]`, ...MARKS.providers])} }`,
} as const;

function anyMessage(beginnings: readonly string[]): string {
  return beginnings.map((beginning) => `$.message = "${beginning}*"`).join(' || ');
}

/** The same as a condition of a query. */
function anyMessageLike(marks: readonly string[]): string {
  return marks.map((mark) => `message like "${mark}"`).join(' or ');
}

/** Counts lines of a log group that match a pattern, in five minutes or in `period`. */
export function countLines(
  scope: Construct,
  id: string,
  props: {
    readonly config: DeploymentConfig;
    readonly logGroup: logs.ILogGroup;
    readonly pattern: string;
    readonly period?: Duration;
  },
): cloudwatch.IMetric {
  const { config, logGroup, pattern, period = FIVE_MINUTES } = props;
  return new logs.MetricFilter(scope, id, {
    logGroup,
    filterPattern: logs.FilterPattern.literal(pattern),
    metricNamespace: `LibreChat/Logs/${config.stackName}`,
    metricName: id,
    metricValue: '1',
    defaultValue: 0,
  }).metric({ statistic: 'Sum', period });
}

/** What LibreChat's own log tells about answers and people. */
export function logWatch(scope: Construct, config: DeploymentConfig, logGroup: logs.ILogGroup): Watched[] {
  const count = (id: string, pattern: string) => countLines(scope, id, { config, logGroup, pattern });
  return [
    {
      id: 'BrokenAnswers',
      title: 'Answers that ended in an error',
      metric: count('BrokenAnswerLines', LINES.brokenAnswers),
      alarm: {
        threshold: 5,
        unit: 'count',
        periods: 2,
        among: 3,
        missing: MISSING.nothingHappened,
        felt: true,
        meaning: 'people get errors instead of answers: five or more in five minutes, twice in a quarter of an hour',
        remedy: 'run the saved query broken-answers: its messages name the model and its reason',
      },
    },
    { id: 'LogErrors', title: 'Errors in the log of LibreChat', metric: count('ErrorLines', LINES.errors) },
    { id: 'SignIns', title: 'Sign-ins', metric: count('SignInLines', LINES.signIns), answers: 'use' },
  ];
}

/** Queries of the log, saved where the console of Logs Insights lists them. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  errors: [
    'filter level = "error"',
    'fields substr(message, 0, 100) as what',
    'stats count(*) as times, latest(@timestamp) as last by what',
    'sort times desc',
  ],
  'errors-by-address': [
    'filter level = "error" and ispresent(request_path)',
    'stats count(*) as times, count_distinct(userId) as people by request_method, request_path',
    'sort times desc',
  ],
  'broken-answers': [
    `filter level = "error" and (${anyMessageLike(MARKS.brokenAnswers)})`,
    'fields @timestamp, userId, message',
    'sort @timestamp desc',
  ],
  'sign-ins': [
    `filter ${anyMessageLike([MARKS.login, ...MARKS.providers])}`,
    'parse message "[Username: *] [Request-IP: *]" as username, address',
    'fields @timestamp, username, address, message',
    'sort @timestamp desc',
  ],
};

/** Requests that nginx recorded on the machine; a stream of an answer is long by nature. */
const SLOW_REQUESTS = [
  'filter @logStream like /^requests/ and @message not like "/api/agents/chat/stream/"',
  'parse @message /"(?<method>\\S+) (?<address>\\S+) HTTP[^"]*" (?<status>\\d+) (?<bytes>\\d+) (?<seconds>[\\d.]+)s/',
  'filter seconds >= 3',
  'fields @timestamp, method, address, status, seconds',
  'sort seconds desc',
];

/** Saves the queries under the name of the stack. Where requests are recorded in a bucket, none of them finds slow ones. */
export function saveQueries(scope: Construct, { stackName, mode }: DeploymentConfig, logGroup: logs.ILogGroup): void {
  const queries = mode === 'ec2' ? { ...QUERIES, 'slow-requests': SLOW_REQUESTS } : QUERIES;
  for (const [name, lines] of Object.entries(queries)) {
    const id = name.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
    new logs.CfnQueryDefinition(scope, `${id}Query`, {
      name: `${stackName}/${name}`,
      logGroupNames: [logGroup.logGroupName],
      queryString: [...lines, 'limit 100'].join('\n| '),
    });
  }
}
