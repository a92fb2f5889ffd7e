import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { EcsConfig } from '../../../../config/schema.ts';
import type { ComputeProps } from '../compute.ts';
import { PORTS } from '../container-environment.ts';
import type { FargateTask } from '../fargate-task.ts';

/** What every service of the cluster is made from. */
export interface ServiceContext {
  readonly props: ComputeProps<EcsConfig>;
  readonly cluster: ecs.ICluster;
}

/** Runs a task as a service of the cluster, and brings the former one back when the new one does not come up. */
export function fargateService(
  scope: Construct,
  id: string,
  task: FargateTask,
  { props: { config, network }, cluster }: ServiceContext,
  props: Partial<ecs.FargateServiceProps>,
): ecs.FargateService {
  const isPublic = config.service.subnets === 'public';
  return task.createService(scope, id, {
    cluster,
    vpcSubnets: network.computeSubnets(isPublic, config.network.zones),
    assignPublicIp: isPublic,
    circuitBreaker: { rollback: true },
    enableExecuteCommand: config.service.executeCommand,
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    ...props,
  });
}

/** Name of each service beside LibreChat in the cluster's own zone of DNS. */
export const SERVICE_NAMES = { ragApi: 'rag-api', meilisearch: 'meilisearch' } as const;

/** Address of a service beside LibreChat. */
export function internalUrl({ cluster }: ServiceContext, service: keyof typeof SERVICE_NAMES): string {
  return `http://${SERVICE_NAMES[service]}.${cluster.defaultCloudMapNamespace?.namespaceName ?? ''}:${PORTS[service]}`;
}
