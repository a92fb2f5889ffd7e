import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Annotations, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EcsConfig } from '../../../config/schema.ts';
import { IMAGES } from '../../../config/versions.ts';
import { pullFromMirror } from '../../utils/iam-policies.ts';
import { mirrored } from '../../utils/images.ts';
import type { SharedFolder } from '../storage/storage-construct.ts';
import { logGroup } from '../monitoring/log-group.ts';
import type { ContainerEnvironment } from './container-environment.ts';

/** Folder into which the files of a task are put before its container starts. */
const FILES_FOLDER = '/config';

/** Properties for {@link FargateTask}. */
export interface FargateTaskProps {
  readonly config: EcsConfig;

  /** Name of the container and of its log group. */
  readonly name: string;
  readonly image: string;
  readonly size: { readonly cpu: number; readonly memoryMiB: number };
  readonly environment: ContainerEnvironment;
  readonly port: number;

  /** Command that succeeds while the container is well. */
  readonly healthCommand: string[];

  /** Time that the container takes to start; failures in it do not count. */
  readonly startPeriod: Duration;

  /** @default - the image's own */
  readonly command?: string[];

  /** @default - the image's own */
  readonly workingDirectory?: string;

  /** @default - the image's own */
  readonly user?: string;

  /**
   * Time between SIGTERM and SIGKILL.
   *
   * @default - 30 s, ECS's own
   */
  readonly stopTimeout?: Duration;

  /**
   * Files that an init container puts into `/config`, by name.
   *
   * @default - none, and no init container
   */
  readonly files?: Readonly<Record<string, Asset>>;
}

/** One container on Fargate with its logs, health check, secrets and files. */
export class FargateTask extends Construct {
  readonly logGroup: logs.ILogGroup;
  private readonly definition: ecs.FargateTaskDefinition;
  private readonly container: ecs.ContainerDefinition;

  constructor(scope: Construct, id: string, props: FargateTaskProps) {
    super(scope, id);
    const { config, name, size, environment, files = {} } = props;
    const { architecture } = config.service;
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMiB,
      runtimePlatform: {
        cpuArchitecture: architecture === 'arm64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    this.logGroup = logGroup(this, 'LogGroup', { name, retentionDays: config.monitoring.logRetentionDays });
    const logging = ecs.LogDrivers.awsLogs({
      logGroup: this.logGroup,
      streamPrefix: name,
      // A log driver that blocks would stop the answers when CloudWatch is slow.
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
    });
    this.container = this.definition.addContainer(name, {
      image: ecs.ContainerImage.fromRegistry(mirrored(props.image, config)),
      essential: true,
      command: props.command,
      workingDirectory: props.workingDirectory,
      user: props.user,
      stopTimeout: props.stopTimeout,
      environment: { ...environment.variables },
      secrets: Object.fromEntries(
        Object.entries(environment.secrets).map(([variable, { secret, field }]) => [
          variable,
          ecs.Secret.fromSecretsManager(secret, field),
        ]),
      ),
      portMappings: [{ containerPort: props.port }],
      healthCheck: {
        command: props.healthCommand,
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
        retries: 3,
        startPeriod: props.startPeriod,
      },
      linuxParameters: new ecs.LinuxParameters(this, 'LinuxParameters', { initProcessEnabled: true }),
      logging,
    });
    for (const statement of pullFromMirror(this, config)) this.definition.addToExecutionRolePolicy(statement);
    Annotations.of(this).acknowledgeWarning(
      '@aws-cdk/aws-ecs:ecrImageRequiresPolicy',
      'the execution role may pull from the mirror',
    );
    if (Object.keys(files).length > 0) this.addFiles(config, files, logging);
  }

  /** Role that the container calls AWS with. */
  get taskRole(): iam.IRole {
    return this.definition.taskRole;
  }

  /** Mounts a folder of the shared file system. */
  mount({ name, fileSystem, accessPoint }: SharedFolder, containerPath: string): void {
    this.definition.addVolume({
      name,
      efsVolumeConfiguration: {
        fileSystemId: fileSystem.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: accessPoint.accessPointId, iam: 'ENABLED' },
      },
    });
    this.container.addMountPoints({ sourceVolume: name, containerPath, readOnly: false });
    fileSystem.grant(this.taskRole, 'elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite');
  }

  /** Runs the task as a service. */
  createService(
    scope: Construct,
    id: string,
    props: Omit<ecs.FargateServiceProps, 'taskDefinition'>,
  ): ecs.FargateService {
    return new ecs.FargateService(scope, id, { ...props, taskDefinition: this.definition });
  }

  private addFiles(config: EcsConfig, files: Readonly<Record<string, Asset>>, logging: ecs.LogDriver): void {
    this.definition.addVolume({ name: 'config' });
    const copies = Object.entries(files).map(
      ([name, asset]) => `aws s3 cp --only-show-errors '${asset.s3ObjectUrl}' '${FILES_FOLDER}/${name}'`,
    );
    const init = this.definition.addContainer('files', {
      image: ecs.ContainerImage.fromRegistry(mirrored(IMAGES.awsCli, config)),
      essential: false,
      entryPoint: ['sh', '-c'],
      command: [[...copies, `chmod 0444 ${FILES_FOLDER}/*`].join(' && ')],
      logging,
    });
    init.addMountPoints({ sourceVolume: 'config', containerPath: FILES_FOLDER, readOnly: false });
    this.container.addMountPoints({ sourceVolume: 'config', containerPath: FILES_FOLDER, readOnly: true });
    this.container.addContainerDependencies({ container: init, condition: ecs.ContainerDependencyCondition.SUCCESS });
    for (const asset of Object.values(files)) asset.grantRead(this.definition.taskRole);
  }
}
