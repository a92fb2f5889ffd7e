import { CfnOutput, Fn, Lazy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/schema.ts';
import type { ILibreChatCompute } from './constructs/compute/compute.ts';
import { Ec2Deployment } from './constructs/compute/ec2-deployment.ts';
import { EcsDeployment } from './constructs/compute/ecs-deployment.ts';
import { DatabaseConstruct } from './constructs/database/database-construct.ts';
import { createEntrance } from './constructs/edge/entrance.ts';
import { MonitoringConstruct } from './constructs/monitoring/monitoring-construct.ts';
import { NetworkConstruct } from './constructs/network/network-construct.ts';
import { ApplicationSecrets } from './constructs/security/application-secrets.ts';
import { AuditConstruct } from './constructs/security/audit-construct.ts';
import { BackupConstruct } from './constructs/storage/backup-construct.ts';
import { StorageConstruct } from './constructs/storage/storage-construct.ts';
import { acknowledgeFindings } from './utils/acknowledged-findings.ts';
import { keepWhatDataStandsIn } from './utils/kept-with-data.ts';
import { descriptionOf } from './utils/stack-description.ts';
import { stackTags, tagResources } from './utils/tagging-strategy.ts';

/** Properties for {@link LibreChatStack}. */
export interface LibreChatStackProps extends StackProps {
  /** Complete configuration, as `loadDeploymentConfig` gives it. */
  readonly config: DeploymentConfig;
}

/** LibreChat with everything it needs, as one configuration describes it. */
export class LibreChatStack extends Stack {
  private readonly zoneNames: string[] | undefined;

  constructor(scope: Construct, id: string, { config, ...props }: LibreChatStackProps) {
    super(scope, id, {
      stackName: config.stackName,
      description: descriptionOf(config),
      env: { account: config.account, region: config.region },
      terminationProtection: config.data.deletionProtection,
      // Those of the stack itself: commands find their stacks by them.
      tags: stackTags(config),
      ...props,
    });
    this.zoneNames = config.network.zoneNames;

    const network = new NetworkConstruct(this, 'Network', { config });
    const secrets = new ApplicationSecrets(this, 'Secrets', { config });
    const entrance = createEntrance(this, 'Entrance', { config, network });
    const siteUrl = Lazy.string({ produce: () => entrance.siteUrl });
    const storage = new StorageConstruct(this, 'Storage', { config, network, siteUrl });
    const database = new DatabaseConstruct(this, 'Database', { config, network });

    const parts = { network, secrets, storage, database, siteUrl, proxyHops: entrance.proxyHops };
    const compute: ILibreChatCompute =
      config.mode === 'ec2'
        ? new Ec2Deployment(this, 'Compute', { config, ...parts })
        : new EcsDeployment(this, 'Compute', { config, ...parts });

    database.allowFrom(compute);
    storage.grantDocuments(compute);
    entrance.serve(compute);
    storage.recordUse(entrance.logBucket);
    const backup = config.data.backupPlan
      ? new BackupConstruct(this, 'Backup', {
          config,
          disks: [...storage.fileSystemArns, ...compute.dataVolumeArns],
          buckets: storage.bucketArns,
        })
      : undefined;
    const monitoring = new MonitoringConstruct(this, 'Monitoring', {
      config,
      watched: [entrance, compute, database, storage, network, backup].flatMap((part) => part?.watched() ?? []),
      logGroup: compute.logGroup,
    });
    new AuditConstruct(this, 'Audit', { config, accessLogs: entrance.logBucket });

    this.output('SiteUrl', 'Address of LibreChat', siteUrl);
    this.output(
      'ShellCommand',
      ['Opens a shell beside LibreChat', compute.shellHint].filter(Boolean).join('; '),
      compute.shellCommand,
    );
    this.output(
      'CreateAdminCommand',
      'Run in that shell: makes an account; the first one becomes ADMIN',
      compute.createAdminCommand,
    );
    this.output('LogGroup', 'Log group of LibreChat', compute.logGroup.logGroupName);
    if (monitoring.dashboardUrl !== undefined) this.output('DashboardUrl', 'Dashboard', monitoring.dashboardUrl);
    keepWhatDataStandsIn(this);
    tagResources(this, config);
    acknowledgeFindings(this, config);
  }

  /** Zones by their names, or by their position: neither an account nor its context is needed to synthesize. */
  override get availabilityZones(): string[] {
    return this.zoneNames ?? [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()));
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
