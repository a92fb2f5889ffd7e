import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { IMAGES } from '../../../../config/versions.ts';
import { meilisearchEnvironment, PORTS } from '../container-environment.ts';
import { FargateTask } from '../fargate-task.ts';
import { meilisearchHealthCommand } from '../health-check.ts';
import { fargateService, SERVICE_NAMES, type ServiceContext } from './fargate-service.ts';

/** Meilisearch: finds words in chats. Its index lies on the task's own disk, and is made again from the chats. */
export function meilisearchService(scope: Construct, context: ServiceContext): ecs.FargateService {
  const { config, secrets } = context.props;
  const size = config.service.meilisearch;
  const task = new FargateTask(scope, 'MeilisearchTask', {
    config,
    name: SERVICE_NAMES.meilisearch,
    image: IMAGES.meilisearch,
    size,
    environment: meilisearchEnvironment(secrets, size.memoryMiB),
    port: PORTS.meilisearch,
    // The image has no user of its own. Its working directory holds index, dumps and snapshots.
    user: '1000:1000',
    writableFolders: ['/meili_data', '/tmp'],
    healthCommand: meilisearchHealthCommand(),
    startPeriod: Duration.seconds(30),
  });
  // The former task ends before the new one starts: LibreChat must never write to one of two indexes.
  return fargateService(scope, 'Meilisearch', task, context, {
    desiredCount: 1,
    minHealthyPercent: 0,
    maxHealthyPercent: 100,
    cloudMapOptions: { name: SERVICE_NAMES.meilisearch },
  });
}
