import * as backup from 'aws-cdk-lib/aws-backup';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { MISSING, type Watched } from '../monitoring/watched.ts';

/** What AWS calls each managed policy of its backup service. */
const SERVICE_POLICIES = {
  disks: 'service-role/AWSBackupServiceRolePolicyForBackup',
  buckets: 'AWSBackupServiceRolePolicyForS3Backup',
} as const;

/** Properties for {@link BackupConstruct}. */
export interface BackupConstructProps {
  readonly config: DeploymentConfig;

  /** ARNs of volumes and file systems. */
  readonly disks: readonly string[];

  /** ARNs of buckets. */
  readonly buckets: readonly string[];
}

/**
 * Daily backups of what has no backups of its own: data volume, file system, bucket.
 *
 * @stateful
 */
export class BackupConstruct extends Construct {
  private readonly vault: backup.IBackupVault;

  constructor(scope: Construct, id: string, { config, disks, buckets }: BackupConstructProps) {
    super(scope, id);
    const retention = Duration.days(config.data.backupRetentionDays);
    // A vault needs a name, and one of an earlier stack of the same name may still be there with its backups.
    const uniquePart = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    const vault = new backup.BackupVault(this, 'Vault', {
      backupVaultName: `LibreChat-${uniquePart}`,
      // A vault with backups in it cannot be deleted, and must not be; an empty one of a failed create would be in the way.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      ...(config.data.vaultLock ? { lockConfiguration: { minRetention: retention } } : {}),
    });
    this.vault = vault;
    const { copyVaultArn } = config.data;
    const plan = new backup.BackupPlan(this, 'Plan', {
      backupPlanName: config.stackName,
      backupVault: vault,
      backupPlanRules: [
        new backup.BackupPlanRule({
          ruleName: 'Daily',
          scheduleExpression: events.Schedule.cron({ hour: '3', minute: '0' }),
          startWindow: Duration.hours(1),
          completionWindow: Duration.hours(6),
          deleteAfter: retention,
          ...(copyVaultArn === undefined
            ? {}
            : {
                copyActions: [
                  {
                    destinationBackupVault: backup.BackupVault.fromBackupVaultArn(this, 'CopyVault', copyVaultArn),
                    deleteAfter: retention,
                  },
                ],
              }),
        }),
      ],
    });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [
        ...(disks.length > 0 ? [SERVICE_POLICIES.disks] : []),
        ...(buckets.length > 0 ? [SERVICE_POLICIES.buckets] : []),
      ].map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    plan.addSelection('Selection', {
      role,
      disableDefaultBackupPolicy: true,
      resources: [...disks, ...buckets].map((arn) => backup.BackupResource.fromArn(arn)),
    });
  }

  /** What tells whether backups are made. */
  watched(): Watched[] {
    return [
      {
        id: 'BackupFailed',
        title: 'Backups that failed',
        metric: new cloudwatch.Metric({
          namespace: 'AWS/Backup',
          metricName: 'NumberOfBackupJobsFailed',
          dimensionsMap: { BackupVaultName: this.vault.backupVaultName },
          statistic: 'Sum',
          period: Duration.hours(1),
        }),
        alarm: {
          threshold: 1,
          unit: 'count',
          periods: 1,
          missing: MISSING.nothingHappened,
          meaning: 'a backup of data volume, file system or bucket failed: the last one grows older',
          remedy: 'read the reason in the jobs of AWS Backup and start one by hand',
        },
      },
    ];
  }
}
