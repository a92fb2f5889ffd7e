import { isTree, withValue } from '../layers.ts';
import type { Tree } from '../layers.ts';
import type { DeploymentConfig } from '../schema.ts';

/** Something in librechat.yaml that follows from the configuration. */
export interface Decision {
  readonly path: readonly string[];

  /** What it is; undefined for what the file must not have. */
  readonly value: unknown;

  /** Setting that decides. */
  readonly by: string;
}

/** What the configuration decides about librechat.yaml, whoever wrote the file. */
export function decisions({ features, signIn, registration, models }: DeploymentConfig): readonly Decision[] {
  const { fileStrategy } = features;
  const { allowedDomains } = registration;
  const { enabled, modelIds } = models.bedrock;
  const strategies = { avatar: 'local', image: 'local', document: fileStrategy, skills: fileStrategy };
  return [
    // Links to images are stored in messages: behind S3 they would die with the credentials that signed them.
    { path: ['fileStrategies'], value: strategies, by: 'features.fileStrategy' },
    { path: ['fileStrategy'], value: undefined, by: 'features.fileStrategy' },
    { path: ['cloudfront'], value: undefined, by: 'features.fileStrategy' },
    // Never LibreChat's own list: by that the health check knows that the file was not read.
    {
      path: ['registration', 'socialLogins'],
      value: signIn.sso.type === 'none' ? [] : [signIn.sso.type],
      by: 'signIn.sso.type',
    },
    {
      path: ['registration', 'allowedDomains'],
      value: allowedDomains.length === 0 ? undefined : allowedDomains,
      by: 'registration.allowedDomains',
    },
    ...(enabled
      ? [{ path: ['endpoints', 'bedrock', 'models'], value: modelIds, by: 'models.bedrock.modelIds' }]
      : [{ path: ['endpoints', 'bedrock'], value: undefined, by: 'models.bedrock.enabled' }]),
    // The role may call the models of the configuration and no others.
    { path: ['endpoints', 'bedrock', 'inferenceProfiles'], value: undefined, by: 'models.bedrock.modelIds' },
  ];
}

/** librechat.yaml's content with what the configuration decides. */
export function decided(content: unknown, config: DeploymentConfig): Tree {
  return decisions(config)
    .filter(({ value }) => value !== undefined)
    .reduce<Tree>((values, { path, value }) => withValue(values, path, value), isTree(content) ? content : {});
}
