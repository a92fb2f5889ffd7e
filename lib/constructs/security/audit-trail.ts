import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnResource, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { retainUnlessDestroyed } from '../../utils/removal.ts';
import { recordUse } from '../edge/access-logs.ts';
import { logGroup } from '../monitoring/log-group.ts';
import type { AuditConstructProps } from './audit-construct.ts';
import { AUDIT_QUERIES } from './audit-queries.ts';

const SERVICE = new iam.ServicePrincipal('cloudtrail.amazonaws.com');

/**
 * A trail of CloudTrail: the account's calls in all regions, and each use of the buckets and functions of this stack.
 *
 * @stateful
 */
export class AuditTrail extends Construct {
  /** That it is this trail which asks. */
  private readonly isThis: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { config, accessLogs }: AuditConstructProps) {
    super(scope, id);
    const stack = Stack.of(this);
    // Named, because key and bucket name it before it is there; by the stack's id, so that no other has the name.
    const trailName = `LibreChat-${Fn.select(2, Fn.split('/', stack.stackId))}`;
    this.isThis = {
      'aws:SourceArn': stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName }),
    };
    const use = this.selectUse(accessLogs);
    const key = this.createKey(config);
    const bucket = this.createBucket(config, key);
    recordUse(bucket, accessLogs, 'trail/');
    const group = logGroup(this, 'LogGroup', { name: 'trail' });
    const role = new iam.Role(this, 'LogRole', { assumedBy: SERVICE });
    group.grantWrite(role);
    const trail = new cloudtrail.CfnTrail(this, 'Resource', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: bucket.bucketName,
      kmsKeyId: key.keyArn,
      cloudWatchLogsLogGroupArn: group.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: [
        { name: 'Calls', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
        ...use,
      ],
    });
    // It writes a test file when it is made, and asks for the role.
    trail.node.addDependency(bucket, role);
    for (const [name, query] of Object.entries(AUDIT_QUERIES)) {
      new logs.CfnQueryDefinition(this, name, {
        name: `${config.stackName}/audit${name.replaceAll(/([A-Z])/g, '-$1').toLowerCase()}`,
        logGroupNames: [group.logGroupName],
        queryString: `${query} | limit 1000`,
      });
    }
  }

  /** Selects each bucket and function by its ARN: CloudTrail refuses wildcards. */
  private selectUse(accessLogs: s3.IBucket | undefined): cloudtrail.CfnTrail.AdvancedEventSelectorProperty[] {
    const arn = (resource: CfnResource) => resource.getAtt('Arn').toString();
    const functions = resourcesOfStack(this, 'AWS::Lambda::Function').map(arn);
    const buckets = resourcesOfStack(this, 'AWS::S3::Bucket');
    const [written, others] = [true, false].map((wanted) =>
      buckets.filter((bucket) => (bucket === accessLogs?.node.defaultChild) === wanted).map((it) => `${arn(it)}/`),
    );
    return [
      { type: 'AWS::S3::Object', field: { startsWith: others } },
      // Each file of the trail is a line in there: to record the writing of that would be to record it without end.
      {
        type: 'AWS::S3::Object',
        field: { startsWith: written },
        but: { field: 'eventName', notEquals: ['PutObject'] },
      },
      { type: 'AWS::Lambda::Function', field: { equalTo: functions } },
    ]
      .filter(({ field }) => Object.values(field).flat().length > 0)
      .map(({ type, field, but }) => ({
        name: `Use of ${type}${but === undefined ? '' : ', but for writing'}`,
        fieldSelectors: [
          { field: 'eventCategory', equalTo: ['Data'] },
          { field: 'resources.type', equalTo: [type] },
          { field: 'resources.ARN', ...field },
          ...(but === undefined ? [] : [but]),
        ],
      }));
  }

  private createKey(config: DeploymentConfig): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: `What CloudTrail records for ${config.stackName}`,
      enableKeyRotation: true,
      removalPolicy: retainUnlessDestroyed(config),
    });
    const { partition, account } = Stack.of(this);
    const context = {
      'kms:EncryptionContext:aws:cloudtrail:arn': `arn:${partition}:cloudtrail:*:${account}:trail/*`,
    };
    key.addToResourcePolicy(this.letTrail('EncryptTrail', 'kms:GenerateDataKey*', '*', { StringLike: context }));
    key.addToResourcePolicy(this.letTrail('SeeKey', 'kms:DescribeKey', '*'));
    return key;
  }

  private createBucket(config: DeploymentConfig, key: kms.Key): s3.Bucket {
    const { trailLock, trailRetentionDays } = config.audit;
    const duration = Duration.days(trailRetentionDays);
    const removalPolicy = retainUnlessDestroyed(config);
    const bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      // Always: it cannot be switched off, and a lock can be asked for later.
      objectLockEnabled: true,
      ...(trailLock === 'none' ? {} : { objectLockDefaultRetention: s3.ObjectLockRetention[trailLock](duration) }),
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
      lifecycleRules: [{ id: 'Expire', expiration: duration, noncurrentVersionExpiration: Duration.days(1) }],
    });
    const files = bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`);
    bucket.addToResourcePolicy(this.letTrail('SeeBucket', 's3:GetBucketAcl', bucket.bucketArn));
    bucket.addToResourcePolicy(
      this.letTrail('WriteTrail', 's3:PutObject', files, {
        StringEquals: { ...this.isThis, 's3:x-amz-acl': 'bucket-owner-full-control' },
      }),
    );
    return bucket;
  }

  /** Lets this trail, and no other, do something. */
  private letTrail(
    sid: string,
    action: string,
    resource: string,
    conditions: iam.Conditions = {},
  ): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid,
      principals: [SERVICE],
      actions: [action],
      resources: [resource],
      conditions: { StringEquals: this.isThis, ...conditions },
    });
  }
}

/** Resources of a type that the stack has so far. */
export function resourcesOfStack(scope: Construct, type: string): CfnResource[] {
  return Stack.of(scope)
    .node.findAll()
    .filter((node): node is CfnResource => CfnResource.isCfnResource(node) && node.cfnResourceType === type);
}
