import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { retainUnlessDestroyed } from '../../utils/removal.ts';
import { LIBRECHAT } from '../compute/librechat-image.ts';
import { recordUse } from '../edge/access-logs.ts';
import { FIVE_MINUTES, MISSING, type Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';

/** Properties for {@link StorageConstruct}. */
export interface StorageConstructProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;

  /** Address of the site: the only origin that may upload to the bucket from a browser. */
  readonly siteUrl: string;
}

/** A folder of the shared file system, mounted as LibreChat's user. */
export interface SharedFolder {
  readonly name: string;
  readonly fileSystem: efs.IFileSystem;
  readonly accessPoint: efs.IAccessPoint;
}

/**
 * Where files are kept: a bucket for documents, and in mode ecs a file system that all tasks share.
 *
 * @stateful
 */
export class StorageConstruct extends Construct {
  /** Images and avatars: links to them in old messages must never die. */
  readonly images: SharedFolder | undefined;

  /** Uploads; only where documents stay on the file system. */
  readonly uploads: SharedFolder | undefined;
  private readonly documents: s3.IBucket | undefined;
  private readonly fileSystem: efs.IFileSystem | undefined;

  constructor(scope: Construct, id: string, { config, network, siteUrl }: StorageConstructProps) {
    super(scope, id);
    this.documents = config.features.fileStrategy === 's3' ? this.createBucket(config, siteUrl) : undefined;
    // In mode ec2 files lie on the data volume.
    if (config.mode === 'ecs') {
      this.fileSystem = this.createFileSystem(config, network);
      this.images = this.createFolder(this.fileSystem, 'Images', '/images');
      this.uploads =
        this.documents === undefined ? this.createFolder(this.fileSystem, 'Uploads', '/uploads') : undefined;
    }
  }

  /** Bucket of the documents; undefined unless they go to S3. */
  get bucketName(): string | undefined {
    return this.documents?.bucketName;
  }

  /**
   * Lets LibreChat read, write and delete documents: the calls that LibreChat's S3 strategy makes, and no others.
   *
   * A policy of its own: the bucket knows the site's address, which may lead to the machine that the role belongs to.
   */
  grantDocuments({ grantPrincipal }: { readonly grantPrincipal: iam.IRole }): void {
    if (this.documents === undefined) return;
    new iam.Policy(this, 'DocumentsAccess', {
      roles: [grantPrincipal],
      statements: [
        new iam.PolicyStatement({
          sid: 'Documents',
          actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
          resources: [this.documents.arnForObjects('*')],
        }),
        new iam.PolicyStatement({
          sid: 'ListDocuments',
          actions: ['s3:ListBucket'],
          resources: [this.documents.bucketArn],
        }),
      ],
    });
  }

  /** Has the requests to the documents recorded, where there is a bucket for that. */
  recordUse(accessLogs: s3.IBucket | undefined): void {
    if (this.documents !== undefined) recordUse(this.documents, accessLogs, 'documents/');
  }

  /** ARN of the file system, if there is one. */
  get fileSystemArns(): readonly string[] {
    return this.fileSystem === undefined ? [] : [this.fileSystem.fileSystemArn];
  }

  /** ARN of the bucket, if there is one. */
  get bucketArns(): readonly string[] {
    return this.documents === undefined ? [] : [this.documents.bucketArn];
  }

  /** What tells whether the file system is well. Its throughput is elastic: it has no credits that could run out. */
  watched(): Watched[] {
    if (this.fileSystem === undefined) return [];
    return [
      {
        id: 'FilesLoad',
        title: 'Operations of the file system, % of its limit',
        metric: new cloudwatch.Metric({
          namespace: 'AWS/EFS',
          metricName: 'PercentIOLimit',
          dimensionsMap: { FileSystemId: this.fileSystem.fileSystemId },
          statistic: 'Maximum',
          period: FIVE_MINUTES,
        }),
        alarm: {
          threshold: 95,
          unit: '%',
          periods: 3,
          missing: MISSING.nothingHappened,
          meaning: 'the file system is at its limit; images and uploads get slow',
          remedy: "set features.fileStrategy to 's3', so that documents no longer go through it",
        },
      },
    ];
  }

  /** Lets `compute` reach the file system. */
  allowFrom(compute: ec2.IConnectable): void {
    this.fileSystem?.connections.allowDefaultPortFrom(compute, 'LibreChat: images and uploads');
  }

  private createBucket(config: DeploymentConfig, siteUrl: string): s3.IBucket {
    const removalPolicy = retainUnlessDestroyed(config);
    return new s3.Bucket(this, 'Documents', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
      cors: [
        {
          allowedOrigins: [siteUrl],
          allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.PUT],
          allowedHeaders: ['*'],
          maxAge: 3600,
        },
      ],
      lifecycleRules: [
        {
          id: 'OldVersions',
          noncurrentVersionExpiration: Duration.days(config.data.backupRetentionDays),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
  }

  private createFileSystem(config: DeploymentConfig, network: NetworkConstruct): efs.IFileSystem {
    return new efs.FileSystem(this, 'FileSystem', {
      vpc: network.vpc,
      vpcSubnets: network.isolatedSubnets,
      encrypted: true,
      allowAnonymousAccess: false,
      performanceMode: efs.PerformanceMode.GENERAL_PURPOSE,
      throughputMode: efs.ThroughputMode.ELASTIC,
      lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
      outOfInfrequentAccessPolicy: efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS,
      removalPolicy: retainUnlessDestroyed(config),
    });
  }

  private createFolder(fileSystem: efs.IFileSystem, id: string, path: string): SharedFolder {
    const { uid, gid } = LIBRECHAT;
    const accessPoint = new efs.AccessPoint(this, id, {
      fileSystem,
      path,
      createAcl: { ownerUid: uid, ownerGid: gid, permissions: '750' },
      posixUser: { uid, gid },
    });
    return { name: id.toLowerCase(), fileSystem, accessPoint };
  }
}
