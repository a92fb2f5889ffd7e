import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import type { AwsOptions } from '../aws-clients.ts';
import { all } from '../inspect/kind.ts';

const HOUR_MS = 3_600_000;
const PERIOD_SECONDS = 300;

const ec2 = async (aws: AwsOptions) => {
  const sdk = await import('@aws-sdk/client-ec2');
  return { sdk, client: new sdk.EC2Client(aws) };
};

export async function vpcs(aws: AwsOptions): Promise<number> {
  const { sdk, client } = await ec2(aws);
  return (await all(sdk.paginateDescribeVpcs({ client }, {}), ({ Vpcs }) => Vpcs)).length;
}

export async function addresses(aws: AwsOptions): Promise<number> {
  const { sdk, client } = await ec2(aws);
  return (await client.send(new sdk.DescribeAddressesCommand({}))).Addresses?.length ?? 0;
}

/** The most that one zone has. */
export async function natGatewaysInAZone(aws: AwsOptions): Promise<number> {
  const { sdk, client } = await ec2(aws);
  const subnets = await all(sdk.paginateDescribeSubnets({ client }, {}), ({ Subnets }) => Subnets);
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
  const nats = await all(sdk.paginateDescribeNatGateways({ client }, { Filter }), ({ NatGateways }) => NatGateways);
  const zones = nats.map((nat) => subnets.find(({ SubnetId }) => SubnetId === nat.SubnetId)?.AvailabilityZone);
  return Math.max(0, ...zones.map((zone) => zones.filter((other) => other === zone).length));
}

/** Those of RDS, Aurora and DocumentDB, which share the quota. */
export async function databases(aws: AwsOptions): Promise<number> {
  const { paginateDescribeDBInstances, RDSClient } = await import('@aws-sdk/client-rds');
  const pages = paginateDescribeDBInstances({ client: new RDSClient(aws) }, {});
  return (await all(pages, ({ DBInstances }) => DBInstances)).length;
}

/** What the quota's own metric says of the last hour; undefined when it has none. */
export async function metered(aws: AwsOptions, { UsageMetric }: ServiceQuota): Promise<number | undefined> {
  const { MetricNamespace, MetricName, MetricDimensions = {} } = UsageMetric ?? {};
  if (MetricNamespace === undefined || MetricName === undefined) return undefined;
  const { CloudWatchClient, GetMetricStatisticsCommand } = await import('@aws-sdk/client-cloudwatch');
  const now = Date.now();
  const { Datapoints = [] } = await new CloudWatchClient(aws).send(
    new GetMetricStatisticsCommand({
      Namespace: MetricNamespace,
      MetricName,
      Dimensions: Object.entries(MetricDimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(now - HOUR_MS),
      EndTime: new Date(now),
      Period: PERIOD_SECONDS,
      Statistics: ['Maximum'],
    }),
  );
  // Nothing is metered where nothing runs.
  return Math.max(0, ...Datapoints.map(({ Maximum = 0 }) => Maximum));
}

/** The quota as it was granted to the account, else as everybody has it. */
export async function quotaOf(aws: AwsOptions, ServiceCode: string, QuotaCode: string): Promise<ServiceQuota> {
  const { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand, ServiceQuotasClient } =
    await import('@aws-sdk/client-service-quotas');
  const client = new ServiceQuotasClient(aws);
  try {
    return (await client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota ?? {};
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchResourceException') throw error;
    return (await client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota ?? {};
  }
}
