import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { ENGINES } from '../../../config/versions.ts';
import { FIVE_MINUTES, MISSING, together, type Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import { loginSecret, type SecretValueRef } from '../security/application-secrets.ts';
import type { CacheStore } from './stores.ts';

/** Properties for {@link ValkeyCache}. */
export interface ValkeyCacheProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;
  readonly settings: Extract<DeploymentConfig['redis'], { type: 'elasticache' }>;
}

const PORT = 6379;

/** ElastiCache for Valkey, cluster mode disabled, TLS and a password: the shape that LibreChat has least trouble with. */
export class ValkeyCache extends Construct implements CacheStore {
  readonly connectable: ec2.IConnectable;
  readonly host: string;
  readonly port: string;
  readonly password: SecretValueRef;
  readonly tls = true;
  readonly watched: readonly Watched[];

  constructor(scope: Construct, id: string, { config, network, settings }: ValkeyCacheProps) {
    super(scope, id);
    const login = loginSecret(this, 'Login', config, 'default', 'Password of Valkey');
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Valkey',
      allowAllOutbound: false,
    });
    const { subnetIds } = network.vpc.selectSubnets(network.isolatedSubnets);
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'Isolated subnets for Valkey',
      subnetIds,
    });
    const group = new elasticache.CfnReplicationGroup(this, 'Resource', {
      replicationGroupDescription: 'Sessions and streams of LibreChat',
      engine: 'valkey',
      engineVersion: ENGINES.valkey,
      cacheNodeType: settings.nodeType,
      numCacheClusters: settings.replicas + 1,
      automaticFailoverEnabled: settings.replicas > 0,
      multiAzEnabled: settings.replicas > 0,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      authToken: login.secretValueFromJson('password').unsafeUnwrap(),
      port: PORT,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      autoMinorVersionUpgrade: true,
    });
    this.connectable = new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(PORT) });
    this.host = group.attrPrimaryEndPointAddress;
    this.port = group.attrPrimaryEndPointPort;
    this.password = { secret: login, field: 'password' };
    this.watched = cacheMetrics(group.ref, settings.replicas + 1);
  }
}

/** What ElastiCache tells of each node. Which one answers changes with a failover, so all of them are watched. */
function cacheMetrics(groupId: string, nodes: number): Watched[] {
  const each = (metricName: string, statistic: string) =>
    Array.from(
      { length: nodes },
      (_, index) =>
        new cloudwatch.Metric({
          namespace: 'AWS/ElastiCache',
          metricName,
          // Names that ElastiCache gives the nodes of a group.
          dimensionsMap: { CacheClusterId: `${groupId}-${String(index + 1).padStart(3, '0')}` },
          statistic,
          period: FIVE_MINUTES,
        }),
    );
  // All nodes hold the same.
  const [memory] = each('DatabaseMemoryUsagePercentage', 'Maximum');
  const evictions = together('SUM', each('Evictions', 'Sum'), 'evictions');
  const cpu = together('MAX', each('EngineCPUUtilization', 'Average'), 'busiest node');
  return Object.entries({ CacheMemory: memory, CacheEvictions: evictions, CacheCpu: cpu }).flatMap(([id, metric]) =>
    metric === undefined ? [] : { id, metric, ...CACHE_ALARMS[id as keyof typeof CACHE_ALARMS] },
  );
}

const CACHE_ALARMS = {
  CacheMemory: {
    title: 'Memory of Valkey, %',
    alarm: {
      threshold: 80,
      unit: '%',
      periods: 3,
      missing: MISSING.silenceIsOutage,
      meaning: 'Valkey fills up or is gone; when full it drops sessions',
      remedy: 'choose a larger redis.nodeType',
    },
  },
  CacheEvictions: {
    title: 'Entries that Valkey dropped for want of memory',
    alarm: {
      threshold: 1,
      unit: 'count',
      periods: 2,
      missing: MISSING.toldElsewhere,
      meaning: 'Valkey drops sessions and answers that are being written',
      remedy: 'choose a larger redis.nodeType',
    },
  },
  CacheCpu: {
    title: 'CPU of Valkey, %',
    alarm: {
      threshold: 80,
      unit: '%',
      periods: 3,
      missing: MISSING.toldElsewhere,
      meaning: 'Valkey works with one core, which is used up; every answer gets slow',
      remedy: 'choose a redis.nodeType with faster cores',
    },
  },
} as const satisfies Record<string, Pick<Watched, 'title' | 'alarm'>>;
