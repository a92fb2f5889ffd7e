import { evaluate, type Series } from './metric-math.ts';
import type { Resource } from './deployments.ts';

/** What a metric publishes: a value every so many minutes, null for none; the last one has just come. */
export interface Published {
  readonly everyMinutes: number;
  readonly values: Series;
}

/** One metric that an alarm reads, as CloudFormation has it. */
export interface AlarmMetric {
  /** Name in the expression; `value` where the alarm reads one metric as it is. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly periodSeconds: number;
  readonly statistic: string;
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}
interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly Dimension[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

const named = (dimensions: readonly Dimension[] = []) =>
  Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));

/** Every metric that an alarm reads. */
export function metricsOf({ Properties }: Resource): AlarmMetric[] {
  const queries = Properties['Metrics'] as readonly MetricQuery[] | undefined;
  if (queries === undefined) {
    return [
      {
        id: 'value',
        namespace: Properties['Namespace'] as string,
        name: Properties['MetricName'] as string,
        dimensions: named(Properties['Dimensions'] as readonly Dimension[] | undefined),
        periodSeconds: Properties['Period'] as number,
        statistic: (Properties['Statistic'] ?? Properties['ExtendedStatistic']) as string,
      },
    ];
  }
  return queries.flatMap(({ Id: id, MetricStat: stat }) =>
    stat === undefined
      ? []
      : {
          id,
          namespace: stat.Metric.Namespace,
          name: stat.Metric.MetricName,
          dimensions: named(stat.Metric.Dimensions),
          periodSeconds: stat.Period,
          statistic: stat.Stat,
        },
  );
}

/** The expression of an alarm; undefined where it reads a metric as it is. */
function expressionOf({ Properties }: Resource): string | undefined {
  return (Properties['Metrics'] as readonly MetricQuery[] | undefined)?.find(({ ReturnData }) => ReturnData !== false)
    ?.Expression;
}

/**
 * State that CloudWatch gives an alarm. It fetches some periods more than the alarm evaluates: where data is missing,
 * older data takes its place as far as there is any, and only then the setting for missing data counts.
 *
 * @param published by the name of the metric in the alarm
 * @param more periods that are fetched beyond those that are evaluated; CloudWatch does not say how many
 */
export function alarmState(
  alarm: Resource,
  published: Readonly<Record<string, Published>>,
  more: number,
): 'ALARM' | 'OK' | 'INSUFFICIENT_DATA' {
  const { EvaluationPeriods, DatapointsToAlarm, TreatMissingData } = alarm.Properties;
  const wanted = EvaluationPeriods as number;
  const fetched = valuesOf(alarm, published, wanted + more);
  const known = fetched.filter((value) => value !== null).slice(-wanted);
  const bad = known.filter((value) => breaches(alarm, value)).length;
  const missing = wanted - known.length;
  if (known.length === 0 && TreatMissingData === 'missing') return 'INSUFFICIENT_DATA';
  const counted = bad + (TreatMissingData === 'breaching' ? missing : 0);
  return counted >= ((DatapointsToAlarm ?? wanted) as number) ? 'ALARM' : 'OK';
}

function breaches({ Properties }: Resource, value: number): boolean {
  const threshold = Properties['Threshold'] as number;
  switch (Properties['ComparisonOperator']) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      throw new Error(`the comparison ${String(Properties['ComparisonOperator'])} is not known here`);
  }
}

function valuesOf(alarm: Resource, published: Readonly<Record<string, Published>>, periods: number): Series {
  const series = Object.fromEntries(
    metricsOf(alarm).map((metric) => {
      const source = published[metric.id];
      if (source === undefined) throw new Error(`no sample for ${metric.id}`);
      return [metric.id, byPeriod(source, metric, periods)];
    }),
  );
  const expression = expressionOf(alarm);
  return expression === undefined ? (series['value'] ?? []) : evaluate(expression, series);
}

/** What CloudWatch makes of published values: one statistic for each of the last periods. */
function byPeriod({ everyMinutes, values }: Published, metric: AlarmMetric, periods: number): Series {
  const periodMinutes = metric.periodSeconds / 60;
  return Array.from({ length: periods }, (_, index) => {
    const [oldest, newest] = [(periods - index) * periodMinutes, (periods - index - 1) * periodMinutes];
    const inside = values.filter((value, position) => {
      const age = (values.length - 1 - position) * everyMinutes;
      return value !== null && age >= newest && age < oldest;
    }) as number[];
    return inside.length === 0 ? null : statistic(metric.statistic, inside);
  });
}

function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    case 'p95':
      return [...values].sort((left, right) => left - right)[Math.ceil(values.length * 0.95) - 1] ?? NaN;
    default:
      throw new Error(`the statistic ${name} is not known here`);
  }
}
