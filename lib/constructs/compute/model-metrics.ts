import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { chatModels, embeddingModels } from '../../utils/iam-policies.ts';
import { tokenPrice } from '../../utils/model-prices.ts';
import { calculated, FIVE_MINUTES, MISSING, together, type Watched } from '../monitoring/watched.ts';

const MILLION = 1_000_000;

/** Metrics that CloudWatch takes in the expression of one alarm. */
const ALARM_METRICS = 10;

/**
 * What Amazon Bedrock publishes of the models that this deployment may call, by the id that it calls them by.
 *
 * Whoever else in the account calls the same ids in the same region is in these figures too.
 */
export function modelMetrics(config: DeploymentConfig): Watched[] {
  const models = [...new Set([...chatModels(config), ...embeddingModels(config)])];
  const { region } = config.models.bedrock;
  const metric = (model: string, metricName: string, label: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/Bedrock',
      metricName,
      dimensionsMap: { ModelId: model },
      statistic: 'Sum',
      period: FIVE_MINUTES,
      label,
      ...(region === undefined ? {} : { region }),
    });
  const tokens = models.flatMap((model) => [
    metric(model, 'InputTokenCount', `${model}, read`),
    metric(model, 'OutputTokenCount', `${model}, written`),
  ]);
  const costs = models.flatMap((model, index) => {
    const price = tokenPrice(model);
    if (price === undefined) return [];
    // One graph takes each name once.
    const [read, written] = [`read${index}`, `written${index}`];
    return calculated(
      `(FILL(${read}, 0) * ${price.input} + FILL(${written}, 0) * ${price.output ?? 0}) / ${MILLION}`,
      { [read]: metric(model, 'InputTokenCount', read), [written]: metric(model, 'OutputTokenCount', written) },
      model,
    );
  });
  return [
    ...inGroups(models.map((model) => metric(model, 'InvocationThrottles', model))).map((throttles, index) => ({
      // The first keeps its name whatever is added to the models.
      id: `ModelThrottles${index === 0 ? '' : index + 1}`,
      title: 'Calls of models that Bedrock refused for now',
      metric: throttles,
      // An alarm sees no other region than its own.
      ...(region === undefined || region === config.region ? { alarm: THROTTLED } : {}),
    })),
    ...graph('ModelTokens', 'Tokens by model', tokens),
    ...graph('ModelCosts', 'Tokens by model, USD', costs),
  ];
}

const THROTTLED = {
  threshold: 10,
  unit: 'count',
  periods: 2,
  among: 3,
  missing: MISSING.nothingHappened,
  meaning: 'Bedrock refuses calls because a quota is used up; people wait longer or get errors',
  remedy: 'ask for a higher quota of the model, or offer an inference profile that spreads calls over regions',
} as const;

/** The sums of so many metrics each as an alarm takes. */
function inGroups(metrics: readonly cloudwatch.IMetric[]): cloudwatch.IMetric[] {
  const groups = Array.from({ length: Math.ceil(metrics.length / ALARM_METRICS) }, (_, index) =>
    metrics.slice(index * ALARM_METRICS, (index + 1) * ALARM_METRICS),
  );
  return groups.map((group) => together('SUM', group, 'refused calls')).filter((sum) => sum !== undefined);
}

function graph(id: string, title: string, [metric, ...beside]: readonly cloudwatch.IMetric[]): Watched[] {
  return metric === undefined ? [] : [{ id, title, metric, beside, answers: 'cost' }];
}
