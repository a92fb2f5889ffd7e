import * as iam from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../config/schema.ts';

/** Prefix of inference profiles, which lead to the model in several regions. */
export const PROFILE_PREFIX = /^(us|us-gov|eu|apac|jp|au|ca|global)\./;

/**
 * Calls of the models that the configuration names, and no others.
 *
 * A cross-region inference profile needs both itself and the model in every region that it may lead to; a global one
 * also the model's ARN without a region. Source: Amazon Bedrock user guide, prerequisites of inference profiles.
 *
 * @returns no statement where the configuration names no models of Bedrock
 */
export function invokeBedrockModels(
  scope: Construct,
  modelIds: readonly string[],
  config: DeploymentConfig,
): iam.PolicyStatement[] {
  if (modelIds.length === 0) return [];
  const { partition, account, region: stackRegion } = Stack.of(scope);
  const region = config.models.bedrock.region ?? stackRegion;
  const resources = modelIds.flatMap((id) => {
    const model = id.replace(PROFILE_PREFIX, '');
    if (model === id) return [`arn:${partition}:bedrock:${region}::foundation-model/${model}`];
    return [
      `arn:${partition}:bedrock:${region}:${account}:inference-profile/${id}`,
      `arn:${partition}:bedrock:*::foundation-model/${model}`,
      ...(id.startsWith('global.') ? [`arn:${partition}:bedrock:::foundation-model/${model}`] : []),
    ];
  });
  return [
    new iam.PolicyStatement({
      sid: 'InvokeModels',
      actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      resources,
    }),
  ];
}

/** Models that LibreChat itself calls. */
export function chatModels({ models }: DeploymentConfig): readonly string[] {
  return models.bedrock.enabled ? models.bedrock.modelIds : [];
}

/** Models that the RAG API calls. */
export function embeddingModels({ features, embeddings }: DeploymentConfig): readonly string[] {
  return features.rag && embeddings.provider === 'bedrock' ? [embeddings.model] : [];
}

/**
 * Fetching files that the stack ships.
 *
 * All objects of the CDK's bucket: during an update, and after its rollback, former machines and tasks fetch theirs.
 */
export function fetchAssets(assets: readonly Asset[]): iam.PolicyStatement[] {
  const buckets = [...new Set(assets.map(({ bucket }) => bucket.arnForObjects('*')))];
  if (buckets.length === 0) return [];
  return [new iam.PolicyStatement({ sid: 'FetchFiles', actions: ['s3:GetObject'], resources: buckets })];
}

/**
 * Pulling images from a mirror in Amazon ECR; no statement for other registries.
 */
export function pullFromMirror(scope: Construct, { imageRegistry = '' }: DeploymentConfig): iam.PolicyStatement[] {
  const [, account, region, prefix = ''] =
    /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(\/.*)?$/.exec(imageRegistry) ?? [];
  if (account === undefined || region === undefined) return [];
  return [
    new iam.PolicyStatement({ sid: 'SignInToMirror', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'PullFromMirror',
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [`arn:${Stack.of(scope).partition}:ecr:${region}:${account}:repository${prefix}/*`],
    }),
  ];
}
