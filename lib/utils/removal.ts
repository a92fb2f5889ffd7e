import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../../config/schema.ts';

/** Removal policy of a store that can leave a final snapshot behind. */
export function snapshotOrBetter({ data }: DeploymentConfig): RemovalPolicy {
  return { destroy: RemovalPolicy.DESTROY, snapshot: RemovalPolicy.SNAPSHOT, retain: RemovalPolicy.RETAIN }[
    data.removalPolicy
  ];
}

/**
 * Removal policy of data without snapshots (buckets, file systems) and of the secrets that open the data.
 *
 * A snapshot that nobody has the keys to is lost, so secrets stay whenever data does.
 */
export function retainUnlessDestroyed({ data }: DeploymentConfig): RemovalPolicy {
  return data.removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}
