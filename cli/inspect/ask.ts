import type { ECS, Service } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DBCluster, DBInstance, RDS } from '@aws-sdk/client-rds';
import { ifThere } from './kind.ts';

/** What the ARN of a service says. */
export function serviceOf(arn: string): { readonly cluster: string; readonly service: string } {
  const [cluster = '', service = ''] = arn.split('/').slice(-2);
  return { cluster, service };
}

/** Undefined where somebody deleted it, as below. */
export async function askService(client: ECS, arn: string): Promise<Service | undefined> {
  const asked = client.describeServices({ cluster: serviceOf(arn).cluster, services: [arn] });
  return (await ifThere(asked))?.services?.[0];
}

export async function askTargets(
  client: ElasticLoadBalancingV2,
  TargetGroupArn: string,
): Promise<readonly TargetHealthDescription[] | undefined> {
  return (await ifThere(client.describeTargetHealth({ TargetGroupArn })))?.TargetHealthDescriptions;
}

/** The API of RDS tells about DocumentDB as well. */
export async function askInstance(client: RDS, DBInstanceIdentifier: string): Promise<DBInstance | undefined> {
  return (await ifThere(client.describeDBInstances({ DBInstanceIdentifier })))?.DBInstances?.[0];
}

export async function askCluster(client: RDS, DBClusterIdentifier: string): Promise<DBCluster | undefined> {
  return (await ifThere(client.describeDBClusters({ DBClusterIdentifier })))?.DBClusters?.[0];
}
