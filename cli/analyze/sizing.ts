import { CloudWatch, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { EC2, paginateDescribeInstanceTypes } from '@aws-sdk/client-ec2';
import { RDS } from '@aws-sdk/client-rds';
import { askInstance } from '../inspect/ask.ts';
import { all } from '../inspect/kind.ts';
import { type AnalysisContext, type Check, type Finding, finding } from './check.ts';
import { type Part, SIZED_KINDS, type SizeRule } from './sizing-rules.ts';

const DAYS = 14;
const HOUR_SECONDS = 3600;

/** Hours of data without which nothing is said: a day shows the peaks, a week that there are none. */
const LEAST_HOURS = { small: 24, large: 7 * 24 };

/** The smallest classes of database servers: nothing is smaller. */
const SMALLEST = /\.micro$|^db\.t(3|4g)\.medium$/;

export const sizing: Check = {
  name: 'sizes',
  about: 'sizes',
  run: async (context) => {
    const parts = await partsOf(context);
    const measured = parts.flatMap((part) =>
      SIZED_KINDS.filter(({ isOf }) => isOf(part)).flatMap((kind) => kind.rules.map((rule) => ({ part, kind, rule }))),
    );
    const queries = measured.flatMap(({ part, kind, rule: [, metric, statistic, limits] }, index) => {
      const dimensions = Object.entries({ ...kind.dimensions(part.id), ...limits.dimensions });
      const query = (Id: string, MetricName: string, Stat: string): MetricDataQuery => {
        const Dimensions = dimensions.map(([Name, Value]) => ({ Name, Value }));
        const Metric = { Namespace: kind.namespace, MetricName, Dimensions };
        return { Id, MetricStat: { Metric, Period: HOUR_SECONDS, Stat } };
      };
      const own = query(`m${index}`, metric, statistic);
      return typeof limits.whole === 'string' ? [own, query(`w${index}`, limits.whole, 'Maximum')] : [own];
    });
    const values = queries.length === 0 ? new Map<string, number[]>() : await metrics(context, queries);
    return measured.flatMap(({ part, rule }, index) => {
      const hours = values.get(`m${index}`) ?? [];
      const { whole: of } = rule[3];
      const whole = typeof of === 'string' ? Math.max(0, ...(values.get(`w${index}`) ?? [])) : of?.(part);
      // In percent of what nobody knows, nothing can be told.
      if (of !== undefined && !whole) return [];
      return judge(part, rule, whole ? hours.map((value) => (100 * value) / whole) : hours);
    });
  },
};

/** Everything, with classes and memory of the database servers. */
async function partsOf({ aws, owned }: AnalysisContext): Promise<Part[]> {
  const rds = new RDS(aws);
  const classes = owned().map(async (part) => {
    if (!part.type.endsWith('::DBInstance')) return { ...part, serverClass: '' };
    return { ...part, serverClass: (await askInstance(rds, part.id))?.DBInstanceClass ?? '' };
  });
  const parts = await Promise.all(classes);
  // A server has the memory of the machine of the same name; the filter leaves out what EC2 does not have.
  const Values = [...new Set(parts.map(({ serverClass }) => serverClass.replace('db.', '')))].filter(Boolean);
  const asked = { Filters: [{ Name: 'instance-type', Values }] };
  const pages = paginateDescribeInstanceTypes({ client: new EC2(aws) }, asked);
  const types = Values.length === 0 ? [] : await all(pages, ({ InstanceTypes }) => InstanceTypes);
  const memory = new Map(types.map((type) => [`db.${type.InstanceType ?? ''}`, type.MemoryInfo?.SizeInMiB]));
  return parts.map((part) => ({ ...part, memory: (memory.get(part.serverClass) ?? 0) * 2 ** 20 || undefined }));
}

/** A value for each hour, by the id of the query. */
async function metrics({ aws, now }: AnalysisContext, queries: MetricDataQuery[]): Promise<Map<string, number[]>> {
  const StartTime = new Date(now.getTime() - DAYS * 24 * HOUR_SECONDS * 1000);
  const asked = { StartTime, EndTime: now, MetricDataQueries: queries };
  const values = new Map<string, number[]>();
  const pages = paginateGetMetricData({ client: new CloudWatch(aws) }, asked);
  for (const { Id = '', Values = [] } of await all(pages, ({ MetricDataResults }) => MetricDataResults))
    values.set(Id, [...(values.get(Id) ?? []), ...Values]);
  return values;
}

function judge(part: Part, [about, , , limits, setting]: SizeRule, hours: readonly number[]): Finding[] {
  const { tight = Infinity, scarce = -Infinity, idle = -Infinity } = limits;
  const sorted = hours.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  const [low, high] = [at(0.05), at(0.95)];
  const change = (isTight: boolean) => {
    const name = typeof setting === 'string' ? setting : setting(part, isTight);
    return `set a ${isTight ? 'larger' : 'smaller'} ${name} and deploy; estimate --set tells what it costs`;
  };
  if (hours.length >= LEAST_HOURS.small && (high >= tight || low <= scarce)) {
    const seen = high >= tight ? `${Math.round(high)} or more` : `${Math.round(low)} or less`;
    const what = `too small: ${about}: ${seen} in one hour of twenty, in ${DAYS} days`;
    return [finding('warning', part, what, change(true))];
  }
  if (hours.length < LEAST_HOURS.large || high >= idle || SMALLEST.test(part.serverClass)) return [];
  const what = `too large: ${about}: under ${idle} in nineteen hours of twenty, in ${DAYS} days`;
  return [finding('info', part, what, change(false))];
}
