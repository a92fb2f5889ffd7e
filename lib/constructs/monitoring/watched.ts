import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** When a metric is bad, why that matters, what to do. */
export interface AlarmRule {
  /** In the metric's own unit. */
  readonly threshold: number;

  /**
   * Whether values below the threshold are the bad ones.
   *
   * @default false
   */
  readonly below?: boolean;

  /** Periods in a row that must be bad. */
  readonly periods: number;

  /**
   * Whether no data is bad, because the metric is published as long as the part lives.
   *
   * @default false
   */
  readonly missingIsBad?: boolean;

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

  /** @default - drawn on the dashboard, without an alarm */
  readonly alarm?: AlarmRule;
}
