import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { IMAGES } from '../../../../config/versions.ts';
import { embeddingModels, invokeBedrockModels } from '../../../utils/iam-policies.ts';
import { PORTS, ragApiEnvironment } from '../container-environment.ts';
import type { VectorStore } from '../../database/stores.ts';
import { FargateTask } from '../fargate-task.ts';
import { ragApiHealthCommand } from '../health-check.ts';
import { fargateService, SERVICE_NAMES, type ServiceContext } from './fargate-service.ts';

/** The RAG API: embeds documents, and finds what belongs to a question. */
export function ragApiService(
  scope: Construct,
  context: ServiceContext,
  vectors: VectorStore,
  files: Readonly<Record<'rds-ca-bundle.pem', Asset>>,
): ecs.FargateService {
  const { config, secrets } = context.props;
  const size = config.service.ragApi;
  const task = new FargateTask(scope, 'RagApiTask', {
    config,
    name: SERVICE_NAMES.ragApi,
    image: IMAGES.ragApi,
    size,
    environment: ragApiEnvironment({ config, secrets, vectors, region: Stack.of(scope).region }),
    port: PORTS.ragApi,
    // The image has no user of its own. Its source (app/config.py, document_loader.py, v0.9.0) writes these two only.
    user: '1000:1000',
    writableFolders: ['/app/uploads', '/tmp'],
    healthCommand: ragApiHealthCommand(),
    startPeriod: Duration.seconds(120),
    files,
  });
  for (const statement of invokeBedrockModels(scope, embeddingModels(config), config))
    task.taskRole.addToPrincipalPolicy(statement);
  return fargateService(scope, 'RagApi', task, context, {
    desiredCount: size.tasks,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    cloudMapOptions: { name: SERVICE_NAMES.ragApi },
  });
}
