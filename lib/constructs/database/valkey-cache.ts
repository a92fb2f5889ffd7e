import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { ENGINES } from '../../../config/versions.ts';
import type { Watched } from '../monitoring/watched.ts';
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
    this.watched = [
      {
        id: 'CacheMemory',
        title: 'Memory of Valkey, %',
        metric: new cloudwatch.Metric({
          namespace: 'AWS/ElastiCache',
          metricName: 'DatabaseMemoryUsagePercentage',
          // The first node, by the name that ElastiCache gives it.
          dimensionsMap: { CacheClusterId: `${group.ref}-001` },
          statistic: 'Maximum',
          period: Duration.minutes(5),
        }),
        alarm: {
          threshold: 80,
          periods: 3,
          meaning: 'Valkey fills up; a full one refuses sessions',
          remedy: 'choose a larger redis.nodeType',
        },
      },
    ];
  }
}
