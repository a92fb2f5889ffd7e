import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { retainUnlessDestroyed } from '../../utils/removal.ts';

/** Folders of the bucket; each other bucket has one too. */
const BALANCER_PREFIX = 'balancer';
export const CLOUDFRONT_PREFIX = 'cloudfront/';

/**
 * Bucket for the requests that CloudFront and the balancer record; undefined where the configuration wants none.
 *
 * CloudFront's newer logging works from stacks in us-east-1 only, so this is the one that every region has.
 */
export function accessLogBucket(scope: Construct, id: string, config: DeploymentConfig): s3.Bucket | undefined {
  if (!config.access.logs) return undefined;
  const removalPolicy = retainUnlessDestroyed(config);
  return new s3.Bucket(scope, id, {
    // The balancer can write to no bucket with a key of ours.
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // CloudFront delivers by an access control list.
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    lifecycleRules: [
      {
        id: 'Expire',
        expiration: Duration.days(config.monitoring.logRetentionDays),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
  });
}

/** Has S3 record the requests to a bucket in the one for requests, if there is one. */
export function recordUse(bucket: s3.IBucket, into: s3.IBucket | undefined, prefix: string): void {
  if (into === undefined) return;
  (bucket.node.defaultChild as s3.CfnBucket).loggingConfiguration = {
    destinationBucketName: into.bucketName,
    logFilePrefix: prefix,
  };
  into.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [into.arnForObjects(`${prefix}*`)],
      // The bucket itself cannot be named: it may know the site's address, and so wait for this policy.
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account } },
    }),
  );
}

/**
 * Has the balancer record its requests in the bucket.
 *
 * The CDK's own method grants this to an account that differs by region, so it wants to know the region; the service
 * that AWS has named in its place is the same everywhere.
 */
export function recordRequests(balancer: elbv2.ApplicationLoadBalancer, bucket: s3.Bucket): void {
  const { account } = Stack.of(balancer);
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'BalancerMayDeliver',
      principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`${BALANCER_PREFIX}/AWSLogs/${account}/*`)],
    }),
  );
  balancer.setAttribute('access_logs.s3.enabled', 'true');
  balancer.setAttribute('access_logs.s3.bucket', bucket.bucketName);
  balancer.setAttribute('access_logs.s3.prefix', BALANCER_PREFIX);
  // It writes a test file when it is told to.
  if (bucket.policy !== undefined) balancer.node.defaultChild?.node.addDependency(bucket.policy);
}
