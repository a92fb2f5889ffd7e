import * as backup from 'aws-cdk-lib/aws-backup';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { calculated, MISSING, type Watched } from '../monitoring/watched.ts';

/** What AWS calls each managed policy of its backup service. */
const SERVICE_POLICIES = {
  disks: 'service-role/AWSBackupServiceRolePolicyForBackup',
  buckets: 'AWSBackupServiceRolePolicyForS3Backup',
} as const;

const HOUR = Duration.hours(1);

/** One such job is too many. */
const ONCE = { threshold: 1, unit: 'count', periods: 1, missing: MISSING.nothingHappened } as const;

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
  private readonly copyVaultName: string | undefined;

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
    this.copyVaultName = copyVaultArn?.split(':').at(-1);
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
    const jobs = (metricName: string) => jobMetric(this.vault.backupVaultName, metricName);
    const metrics = { failed: jobs('NumberOfBackupJobsFailed'), expired: jobs('NumberOfBackupJobsExpired') };
    return [
      {
        id: 'BackupFailed',
        title: 'Backups that failed, or did not begin in time',
        metric: calculated('FILL(failed, 0) + FILL(expired, 0)', metrics, 'backups', HOUR),
        alarm: {
          ...ONCE,
          meaning: 'a backup of data volume, file system or bucket failed or never began: the last one grows older',
          remedy: 'read the reason in the jobs of AWS Backup and start one by hand',
        },
      },
      ...(this.copyVaultName === undefined ? [] : [copies(this.copyVaultName)]),
    ];
  }
}

function jobMetric(vaultName: string, metricName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Backup',
    metricName,
    dimensionsMap: { BackupVaultName: vaultName },
    statistic: 'Sum',
    period: HOUR,
  });
}

/** Copies are counted where they begin, under the name of the vault that they go to. */
function copies(copyVaultName: string): Watched {
  return {
    id: 'CopyFailed',
    title: 'Copies of backups that failed',
    metric: jobMetric(copyVaultName, 'NumberOfCopyJobsFailed'),
    alarm: {
      ...ONCE,
      meaning: 'a backup did not reach the vault of data.copyVaultArn: the last copy grows older',
      remedy: 'read the reason in the copy jobs of AWS Backup: mostly the policy or the key of that vault',
    },
  };
}
