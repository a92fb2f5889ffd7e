import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EcsConfig } from '../../../config/schema.ts';
import { IMAGES } from '../../../config/versions.ts';
import { fetchAssets, pullFromMirror } from '../../utils/iam-policies.ts';
import { mirrored } from '../../utils/images.ts';
import type { SharedFolder } from '../storage/storage-construct.ts';
import { logGroup } from '../monitoring/log-group.ts';
import type { ContainerEnvironment } from './container-environment.ts';

/** Folder into which the files of a task are put before its container starts. */
export const FILES_FOLDER = '/config';

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

  /** User and group, by number. */
  readonly user: string;

  /** Folders that the container writes, and that may be empty when it starts. It can write nowhere else. */
  readonly writableFolders: readonly string[];

  /**
   * Time between SIGTERM and SIGKILL.
   *
   * @default - 30 s, ECS's own
   */
  readonly stopTimeout?: Duration;

  /**
   * Files that an init container puts into `/config`, by name.
   *
   * @default - none
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
    const { config, name, size } = props;
    const { architecture } = config.service;
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMiB,
      runtimePlatform: {
        cpuArchitecture: architecture === 'arm64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    this.logGroup = logGroup(this, 'LogGroup', { name });
    const logging = ecs.LogDrivers.awsLogs({
      logGroup: this.logGroup,
      streamPrefix: name,
      // A log driver that blocks would stop the answers when CloudWatch is slow.
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
    });
    this.container = this.addContainer(props, logging);
    this.prepare(props, logging);
    for (const statement of pullFromMirror(this, config)) this.definition.addToExecutionRolePolicy(statement);
    Validations.of(this).acknowledge({
      id: '@aws-cdk/aws-ecs:ecrImageRequiresPolicy',
      reason: 'the execution role may pull from the mirror',
    });
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

  private addContainer(props: FargateTaskProps, logging: ecs.LogDriver): ecs.ContainerDefinition {
    const { config, environment } = props;
    const linuxParameters = new ecs.LinuxParameters(this, 'LinuxParameters', { initProcessEnabled: true });
    // The agent of ECS Exec writes into the container's own file system, as root.
    const isSealed = !config.service.executeCommand;
    if (isSealed) linuxParameters.dropCapabilities(ecs.Capability.ALL);
    return this.definition.addContainer(props.name, {
      image: ecs.ContainerImage.fromRegistry(mirrored(props.image, config)),
      essential: true,
      command: props.command,
      workingDirectory: props.workingDirectory,
      user: props.user,
      readonlyRootFilesystem: isSealed,
      linuxParameters,
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
      logging,
    });
  }

  /** Has an init container fetch the files, and open the folders: a volume of Fargate belongs to root when it is made. */
  private prepare(props: FargateTaskProps, logging: ecs.LogDriver): void {
    const files = props.files ?? {};
    const hasFiles = Object.keys(files).length > 0;
    const copies = Object.entries(files).map(
      ([name, asset]) => `aws s3 cp --only-show-errors '${asset.s3ObjectUrl}' '${FILES_FOLDER}/${name}'`,
    );
    const linuxParameters = new ecs.LinuxParameters(this, 'InitLinuxParameters');
    linuxParameters.dropCapabilities(ecs.Capability.ALL);
    const init = this.definition.addContainer('files', {
      // The container's own image is there anyway, and has a shell.
      image: ecs.ContainerImage.fromRegistry(mirrored(hasFiles ? IMAGES.awsCli : props.image, props.config)),
      essential: false,
      user: '0:0',
      entryPoint: ['sh', '-c'],
      command: [
        [
          `chmod 1777 ${props.writableFolders.join(' ')}`,
          ...copies,
          ...(hasFiles ? [`chmod 0444 ${FILES_FOLDER}/*`] : []),
        ].join(' && '),
      ],
      linuxParameters,
      logging,
    });
    if (hasFiles) this.addVolume('config', FILES_FOLDER, init, true);
    for (const folder of props.writableFolders)
      this.addVolume(folder.slice(1).replaceAll('/', '-'), folder, init, false);
    this.container.addContainerDependencies({ container: init, condition: ecs.ContainerDependencyCondition.SUCCESS });
    for (const statement of fetchAssets(Object.values(files))) this.definition.addToTaskRolePolicy(statement);
  }

  private addVolume(name: string, containerPath: string, init: ecs.ContainerDefinition, readOnly: boolean): void {
    this.definition.addVolume({ name });
    init.addMountPoints({ sourceVolume: name, containerPath, readOnly: false });
    this.container.addMountPoints({ sourceVolume: name, containerPath, readOnly });
  }
}
