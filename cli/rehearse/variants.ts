import type { DeploymentConfig } from '../../config/schema.ts';

export { STATEFUL_TYPES } from '../../lib/utils/replacement.ts';

/** Release that the failing upgrade goes to; only its initializers run, and fail. */
export const NEXT_RELEASE = 'v0.8.9-rc1';

/** Settings that make everything larger that can be made larger, and must replace nothing that holds data. */
export function enlarged(config: DeploymentConfig): string[] {
  const flags = [`data.backupRetentionDays=${Math.min(config.data.backupRetentionDays + 1, 35)}`];
  if (config.mode === 'ec2') flags.push(`instance.dataVolumeGiB=${config.instance.dataVolumeGiB + 10}`);
  else
    flags.push(
      `service.librechat.memoryMiB=${config.service.librechat.memoryMiB * 2}`,
      `service.librechat.maxTasks=${config.service.librechat.maxTasks + 1}`,
    );
  if (config.documentStore.type === 'documentdb') flags.push('documentStore.instanceClass=db.r6g.xlarge');
  if (config.vectorStore?.type === 'rds')
    flags.push(
      'vectorStore.instanceClass=db.m7g.large',
      `vectorStore.storageGiB=${config.vectorStore.storageGiB + 10}`,
    );
  if (config.vectorStore?.type === 'aurora') flags.push(`vectorStore.maxAcu=${config.vectorStore.maxAcu + 4}`);
  if (config.redis.type === 'elasticache') flags.push('redis.nodeType=cache.m7g.large');
  return flags;
}
