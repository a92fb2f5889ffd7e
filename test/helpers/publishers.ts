import { ofType, type Resource, type Synthesized } from './deployments.ts';
import type { AlarmMetric } from './alarm-state.ts';
import { agentSends, watchWrites } from './machine-publishers.ts';

/** Who publishes metrics, and how to find it in a template. */
interface Publisher {
  readonly namespace: string;
  readonly metrics: readonly string[];

  /** What publishes, in words. */
  readonly by: string;

  /** Whether it is there, and publishes with just these dimensions. */
  readonly publishes: (metric: AlarmMetric, stack: Synthesized) => boolean;
}

/** A dimension that is a resource of this type, by reference or by an attribute of it. */
type Wanted = Readonly<Record<string, readonly [type: string, attribute?: string]>>;

const json = (value: unknown) => JSON.stringify(value);

function refersTo(value: unknown, { template }: Synthesized, [type, attribute]: Wanted[string]): string | undefined {
  const [, kind, id = '', attributeOfIt] =
    /^\{"(Ref|Fn::GetAtt)":\[?"(\w+)"(?:,"([\w.]+)")?\]?\}$/.exec(json(value)) ?? [];
  const isRight = kind === 'Ref' ? attribute === undefined : attributeOfIt === attribute;
  return isRight && template.Resources[id]?.Type === type ? id : undefined;
}

/** All dimensions are there, no others, and each is of a resource in the template. */
const of =
  (wanted: Wanted): Publisher['publishes'] =>
  (metric, stack) =>
    json(Object.keys(metric.dimensions).sort()) === json(Object.keys(wanted).sort()) &&
    Object.entries(wanted).every(([name, kind]) => refersTo(metric.dimensions[name], stack, kind) !== undefined);

const INSTANCE = { InstanceId: ['AWS::EC2::Instance'] } as const;
const BALANCER = ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancerFullName'] as const;
const TARGETS = ['AWS::ElasticLoadBalancingV2::TargetGroup', 'TargetGroupFullName'] as const;
const DOCUMENTS = { DBClusterIdentifier: ['AWS::DocDB::DBCluster'] } as const;

/** How many resources of a type belong to the one that a dimension names. */
function members(type: string, property: string, id: string, { template }: Synthesized): number {
  return ofType(template, type).filter(([, { Properties }]) => json(Properties[property]).includes(`"${id}"`)).length;
}

/** Every publisher of a metric that any alarm may read. */
const PUBLISHERS: readonly Publisher[] = [
  {
    namespace: 'AWS/ApplicationELB',
    metrics: ['HTTPCode_ELB_5XX_Count'],
    by: 'the load balancer',
    publishes: of({ LoadBalancer: BALANCER }),
  },
  {
    namespace: 'AWS/ApplicationELB',
    metrics: [
      'RequestCount',
      'HTTPCode_Target_5XX_Count',
      'TargetResponseTime',
      'HealthyHostCount',
      'UnHealthyHostCount',
    ],
    by: 'the load balancer, of its target group',
    publishes: (metric, stack) => {
      // The balancer's name stands in the name of its listener's ARN.
      const { LoadBalancer: balancer, TargetGroup: group } = metric.dimensions;
      const listener = /"Ref":"(\w+)"/.exec(json(balancer))?.[1] ?? '';
      const actions = stack.template.Resources[listener]?.Properties['DefaultActions'];
      const id = refersTo(group, stack, TARGETS);
      return Object.keys(metric.dimensions).length === 2 && id !== undefined && json(actions ?? '').includes(`"${id}"`);
    },
  },
  {
    namespace: 'AWS/CloudFront',
    metrics: ['Requests', '5xxErrorRate'],
    by: 'CloudFront (in us-east-1)',
    publishes: ({ dimensions: { Region, ...others }, ...metric }, stack) =>
      Region === 'Global' &&
      stack.config.region === 'us-east-1' &&
      of({ DistributionId: ['AWS::CloudFront::Distribution'] })({ ...metric, dimensions: others }, stack),
  },
  {
    namespace: 'AWS/CertificateManager',
    metrics: ['DaysToExpiry'],
    by: 'ACM',
    publishes: (metric, stack) =>
      of({ CertificateArn: ['AWS::CertificateManager::Certificate'] })(metric, stack) ||
      // One that somebody else made: the listener or distribution uses it.
      json([
        ...ofType(stack.template, 'AWS::ElasticLoadBalancingV2::Listener'),
        ...ofType(stack.template, 'AWS::CloudFront::Distribution'),
      ]).includes(json(metric.dimensions['CertificateArn'])),
  },
  {
    namespace: 'AWS/WAFV2',
    metrics: ['BlockedRequests'],
    by: 'the firewall',
    publishes: ({ dimensions: { WebACL, Rule, Region } }, { template, config }) =>
      Rule === 'ALL' &&
      ofType(template, 'AWS::WAFv2::WebACL').some(
        ([, { Properties }]) =>
          Properties['VisibilityConfig'].MetricName === WebACL &&
          Properties['VisibilityConfig'].CloudWatchMetricsEnabled === true &&
          // Where it stands before CloudFront there is no region among the dimensions.
          (Properties['Scope'] === 'REGIONAL'
            ? json(Region) === json(config.region ?? { Ref: 'AWS::Region' })
            : Region === undefined && config.region === 'us-east-1'),
      ),
  },
  {
    namespace: 'AWS/ECS',
    metrics: ['CPUUtilization', 'MemoryUtilization'],
    by: 'ECS, of the service',
    publishes: of({ ClusterName: ['AWS::ECS::Cluster'], ServiceName: ['AWS::ECS::Service', 'Name'] }),
  },
  {
    namespace: 'AWS/EC2',
    metrics: ['CPUUtilization', 'StatusCheckFailed', 'StatusCheckFailed_System', 'StatusCheckFailed_Instance'],
    by: 'EC2, of the machine',
    publishes: of(INSTANCE),
  },
  {
    namespace: 'AWS/EC2',
    metrics: ['CPUSurplusCreditsCharged'],
    by: 'EC2, of machines of type t',
    publishes: (metric, stack) => {
      const id = refersTo(metric.dimensions['InstanceId'], stack, INSTANCE.InstanceId) ?? '';
      return /^t\d/.test(String(stack.template.Resources[id]?.Properties['InstanceType']));
    },
  },
  {
    namespace: 'LibreChat/Machine',
    metrics: ['mem_used_percent', 'disk_used_percent'],
    by: 'the CloudWatch agent on the machine',
    publishes: (metric, stack) => {
      const { InstanceId: instance, ...others } = metric.dimensions;
      return (
        refersTo(instance, stack, INSTANCE.InstanceId) !== undefined &&
        agentSends({ ...metric, dimensions: others }, stack)
      );
    },
  },
  {
    namespace: 'AWS/DocDB',
    metrics: ['CPUUtilization', 'LowMemNumOperationsThrottled', 'DatabaseConnectionsMax', 'DatabaseConnectionsLimit'],
    by: 'DocumentDB',
    publishes: of(DOCUMENTS),
  },
  {
    namespace: 'AWS/DocDB',
    metrics: ['DBClusterReplicaLagMaximum'],
    by: 'DocumentDB with two instances or more',
    publishes: (metric, stack) => {
      const id = refersTo(metric.dimensions['DBClusterIdentifier'], stack, DOCUMENTS.DBClusterIdentifier);
      return id !== undefined && members('AWS::DocDB::DBInstance', 'DBClusterIdentifier', id, stack) >= 2;
    },
  },
  {
    namespace: 'AWS/RDS',
    metrics: ['CPUUtilization', 'FreeStorageSpace', 'FreeableMemory', 'DatabaseConnections'],
    by: 'RDS',
    publishes: of({ DBInstanceIdentifier: ['AWS::RDS::DBInstance'] }),
  },
  {
    namespace: 'AWS/RDS',
    metrics: ['CPUUtilization', 'ACUUtilization', 'DatabaseConnections'],
    by: 'Aurora',
    publishes: of({ DBClusterIdentifier: ['AWS::RDS::DBCluster'] }),
  },
  {
    namespace: 'AWS/ElastiCache',
    metrics: ['DatabaseMemoryUsagePercentage', 'Evictions', 'EngineCPUUtilization'],
    by: 'ElastiCache, of each node',
    publishes: ({ dimensions }, { template }) => {
      const [, id = '', node] =
        /^\{"CacheClusterId":\{"Fn::Join":\["",\[\{"Ref":"(\w+)"\},"-(\d{3})"\]\]\}\}$/.exec(json(dimensions)) ?? [];
      return Number(node) <= Number(template.Resources[id]?.Properties['NumCacheClusters']);
    },
  },
  {
    namespace: 'AWS/EFS',
    metrics: ['PercentIOLimit'],
    by: 'EFS',
    publishes: (metric, stack) =>
      of({ FileSystemId: ['AWS::EFS::FileSystem'] })(metric, stack) &&
      // File systems of the other mode have no such limit.
      ofType(stack.template, 'AWS::EFS::FileSystem').every(
        ([, { Properties }]) => Properties['PerformanceMode'] === 'generalPurpose',
      ),
  },
  {
    namespace: 'AWS/NATGateway',
    metrics: ['ErrorPortAllocation'],
    by: 'the NAT gateways',
    publishes: of({ NatGatewayId: ['AWS::EC2::NatGateway', 'NatGatewayId'] }),
  },
  {
    namespace: 'AWS/Backup',
    metrics: ['NumberOfBackupJobsFailed', 'NumberOfBackupJobsExpired'],
    by: 'AWS Backup',
    publishes: of({ BackupVaultName: ['AWS::Backup::BackupVault', 'BackupVaultName'] }),
  },
  {
    namespace: 'AWS/Backup',
    metrics: ['NumberOfCopyJobsFailed'],
    by: 'AWS Backup, of the vault that copies go to',
    // "The vault name of copy jobs is that of their destination vault": developer guide of AWS Backup, on CloudWatch.
    publishes: ({ dimensions }, { template }) =>
      ofType(template, 'AWS::Backup::BackupPlan').some(([, plan]) =>
        json(plan.Properties).includes(`:backup-vault:${String(dimensions['BackupVaultName'])}"`),
      ),
  },
  {
    namespace: 'AWS/Bedrock',
    metrics: ['InvocationThrottles'],
    by: 'Bedrock, of models that the stack may call',
    publishes: ({ dimensions: { ModelId, ...others } }, { template }) =>
      Object.keys(others).length === 0 &&
      ofType(template, 'AWS::IAM::Policy').some(([, policy]) => {
        const text = json(policy.Properties['PolicyDocument']);
        return text.includes('bedrock:InvokeModel') && text.includes(`/${String(ModelId)}"`);
      }),
  },
];

/** The metric filter of a log group of the stack that has this name. */
const FILTERS: Publisher = {
  namespace: 'LibreChat/Logs/',
  metrics: [],
  by: "a filter of LibreChat's log",
  publishes: ({ namespace, name, dimensions }, stack) =>
    Object.keys(dimensions).length === 0 &&
    ofType(stack.template, 'AWS::Logs::MetricFilter').some(
      ([, { Properties }]) =>
        refersTo(Properties['LogGroupName'], stack, ['AWS::Logs::LogGroup']) !== undefined &&
        (Properties['MetricTransformations'] as Record<string, string>[]).some(
          ({ MetricNamespace, MetricName }) => MetricNamespace === namespace && MetricName === name,
        ),
    ),
};

/** The filter again, of lines that the machine writes. */
const WATCH: Publisher = {
  namespace: FILTERS.namespace,
  metrics: ['ReadyLines'],
  by: 'the watch on the machine, by a filter of its log',
  publishes: (metric, stack) => FILTERS.publishes(metric, stack) && watchWrites(stack),
};

/** Who publishes a metric of this stack; undefined where nobody does. */
export function publisherOf(metric: AlarmMetric, stack: Synthesized): string | undefined {
  if (metric.namespace.startsWith(FILTERS.namespace)) {
    const filter = WATCH.metrics.includes(metric.name) ? WATCH : FILTERS;
    return filter.publishes(metric, stack) ? filter.by : undefined;
  }
  return PUBLISHERS.find(
    ({ namespace, metrics, publishes }) =>
      namespace === metric.namespace && metrics.includes(metric.name) && publishes(metric, stack),
  )?.by;
}

/** Alarms of a template by the name of their metric. */
export function alarmsOf({ template }: Synthesized): Map<string, Resource> {
  return new Map(
    ofType(template, 'AWS::CloudWatch::Alarm').map(([id, alarm]) => [
      id.replace(/^Monitoring(\w+)[0-9A-F]{8}$/, '$1'),
      alarm,
    ]),
  );
}
