import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../../../config/schema.ts';

/** What it says when a metric has no data. */
interface MissingData {
  readonly isBad: boolean;
  readonly reason: string;
}

/** Reasons that many metrics share. */
export const MISSING = {
  nothingHappened: { isBad: false, reason: 'it is published only when there is something to count' },
  silenceIsOutage: { isBad: true, reason: 'it is published as long as there is something that lives' },
  toldElsewhere: { isBad: false, reason: 'that the part itself is gone is what another alarm tells' },
  pausedIsWell: {
    isBad: false,
    reason:
      'a server that has just been made publishes nothing, nor does Aurora paused at 0 ACU for want of anybody connected',
  },
} as const satisfies Record<string, MissingData>;

/** When a metric is bad, why that matters, what to do. Its section of docs/RUNBOOK.md has the name of the metric. */
export interface AlarmRule {
  readonly threshold: number;
  readonly unit: '%' | 'bytes' | 'days' | 's' | 'ms' | 'count';

  /**
   * Whether values below the threshold are the bad ones.
   *
   * @default false
   */
  readonly below?: boolean;

  /** Periods that must be bad. */
  readonly periods: number;

  /**
   * Periods among which they are looked for.
   *
   * @default - the same: all in a row
   */
  readonly among?: number;
  readonly missing: MissingData;

  /**
   * Whether people feel it now. Such alarms ring together, as "LibreChat is unwell".
   *
   * @default false
   */
  readonly felt?: boolean;

  /**
   * What EC2 does by itself to the machine of the metric.
   *
   * @default - nothing
   */
  readonly action?: 'recover' | 'reboot';

  /** What users feel or what is about to break. */
  readonly meaning: string;
  readonly remedy: string;
}

/** A metric of a part that exists in this stack. */
export interface Watched {
  /** Construct id, unique in the stack. */
  readonly id: string;
  readonly title: string;
  readonly metric: cloudwatch.IMetric;

  /** @default - nothing else is drawn beside it */
  readonly beside?: readonly cloudwatch.IMetric[];

  /**
   * The question of the dashboard that it answers.
   *
   * @default 'well'
   */
  readonly answers?: 'well' | 'use' | 'cost';

  /** @default - drawn on the dashboard, without an alarm */
  readonly alarm?: AlarmRule;
}

/** Whether anybody looks at what is measured. */
export function isWatched({ monitoring }: DeploymentConfig): boolean {
  return monitoring.alarms || monitoring.dashboard;
}

/** What is measured in most cases. */
export const FIVE_MINUTES = Duration.minutes(5);

/** Requests below which a share or a percentile of them says nothing. */
const ENOUGH_REQUESTS = 20;

/** The value of an expression over metrics by name; names begin with a small letter. */
export function calculated(
  expression: string,
  usingMetrics: Record<string, cloudwatch.IMetric>,
  label: string,
  period = FIVE_MINUTES,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({ expression, usingMetrics, label, period });
}

/** A value that counts only while there are requests enough, else 0. */
export function amongRequests(
  expression: string,
  requests: cloudwatch.IMetric,
  usingMetrics: Record<string, cloudwatch.IMetric>,
  label: string,
): cloudwatch.MathExpression {
  const guarded = `IF(requests >= ${ENOUGH_REQUESTS}, ${expression}, 0)`;
  return calculated(guarded, { requests, ...usingMetrics }, label);
}

/**
 * The sum or the greatest of metrics of the same kind, one of each machine or model.
 *
 * @param missing what counts for one that has no data
 */
export function together(
  how: 'SUM' | 'MAX',
  metrics: readonly cloudwatch.IMetric[],
  label: string,
  missing = 0,
): cloudwatch.IMetric | undefined {
  const [only] = metrics;
  if (metrics.length <= 1) return only;
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const filled = Object.keys(named).map((name) => `FILL(${name}, ${missing})`);
  return calculated(`${how}([${filled.join(', ')}])`, named, label);
}
