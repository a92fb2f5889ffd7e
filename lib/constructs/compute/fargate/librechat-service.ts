import { fileURLToPath } from 'node:url';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EcsConfig } from '../../../../config/schema.ts';
import { librechatImage } from '../../../../config/versions.ts';
import { chatModels, invokeBedrockModels } from '../../../utils/iam-policies.ts';
import { librechatEnvironment, PORTS } from '../container-environment.ts';
import { FargateTask, FILES_FOLDER } from '../fargate-task.ts';
import { librechatHealthCommand } from '../health-check.ts';
import { LIBRECHAT, LIBRECHAT_USER } from '../librechat-image.ts';
import { CPU_TARGET_PERCENT, MEMORY_TARGET_PERCENT, requestsPerMinute } from '../sizing.ts';
import { fargateService, internalUrl, type ServiceContext } from './fargate-service.ts';

/** What else the image's user writes: the folders that its Dockerfile prepares (v0.8.8), its home for tools, scratch. */
const WRITABLE_FOLDERS = ['/app/logs', '/app/data', '/app/skill', '/home/node', '/tmp'];

const FORWARDED_PROTO = 'forwarded-proto.cjs';
const FORWARDED_PROTO_FILE = fileURLToPath(new URL(FORWARDED_PROTO, import.meta.url));

const COOLDOWNS = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(15) };

/** CPU units of one vCPU. */
const VCPU = 1024;

/** One task stays whatever happens to Spot, and of the others each tenth. */
const ON_SPOT: ecs.CapacityProviderStrategy[] = [
  { capacityProvider: 'FARGATE', base: 1, weight: 1 },
  { capacityProvider: 'FARGATE_SPOT', weight: 9 },
];

/** LibreChat itself, scaled within the bounds of the configuration. */
export class LibreChatService {
  readonly task: FargateTask;
  readonly service: ecs.FargateService;
  private readonly scaling: ecs.ScalableTaskCount;
  private readonly config: EcsConfig;

  constructor(scope: Construct, context: ServiceContext, files: Readonly<Record<string, Asset>>) {
    const { config, storage, database } = context.props;
    this.config = config;
    this.task = librechatTask(scope, context, files);
    for (const statement of invokeBedrockModels(scope, chatModels(config), config))
      this.task.taskRole.addToPrincipalPolicy(statement);
    const isShared = database.cache !== undefined;
    this.service = fargateService(scope, 'LibreChat', this.task, context, {
      // Without Redis two tasks at once would split sessions and streams between them.
      minHealthyPercent: isShared ? 100 : 0,
      maxHealthyPercent: isShared ? 200 : 100,
      healthCheckGracePeriod: Duration.minutes(5),
      ...(config.service.spot ? { capacityProviderStrategies: ON_SPOT } : {}),
    });
    if (config.service.spot) this.service.node.addDependency(spotProviders(scope, context));
    storage.allowFrom(this.service);
    this.scaling = this.scale();
  }

  /** What a load balancer sends requests to. Each group of targets also scales the service. */
  get balancerTarget(): elbv2.IApplicationLoadBalancerTarget {
    return {
      attachToApplicationTargetGroup: (targetGroup) => {
        if (targetGroup instanceof elbv2.ApplicationTargetGroup) this.scaleOnRequestsOf(targetGroup);
        return this.service.attachToApplicationTargetGroup(targetGroup);
      },
    };
  }

  private scaleOnRequestsOf(targetGroup: elbv2.ApplicationTargetGroup): void {
    const { service, redis } = this.config;
    this.scaling.scaleOnRequestCount('Requests', {
      targetGroup,
      requestsPerTarget: requestsPerMinute(service.librechat.cpu / VCPU, redis.type !== 'none'),
      ...COOLDOWNS,
    });
  }

  /** Each scale-in cuts the answers that a task is writing: out fast, in slowly and only when all three agree. */
  private scale(): ecs.ScalableTaskCount {
    const { minTasks, maxTasks } = this.config.service.librechat;
    const scaling = this.service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: CPU_TARGET_PERCENT, ...COOLDOWNS });
    scaling.scaleOnMemoryUtilization('Memory', { targetUtilizationPercent: MEMORY_TARGET_PERCENT, ...COOLDOWNS });
    return scaling;
  }
}

/** The CDK's own association makes no service wait for it, so that it would be deleted first, which ECS refuses. */
function spotProviders(scope: Construct, { cluster }: ServiceContext): ecs.CfnClusterCapacityProviderAssociations {
  return new ecs.CfnClusterCapacityProviderAssociations(scope, 'CapacityProviders', {
    cluster: cluster.clusterName,
    capacityProviders: ON_SPOT.map(({ capacityProvider }) => capacityProvider),
    defaultCapacityProviderStrategy: [],
  });
}

function librechatTask(scope: Construct, context: ServiceContext, files: Readonly<Record<string, Asset>>): FargateTask {
  const { config, storage, database } = context.props;
  const { librechat } = config.service;
  // CloudFront leads to a balancer that says `http` of every request.
  const preload: Readonly<Record<string, Asset>> =
    config.access.type === 'cloudfront'
      ? { [FORWARDED_PROTO]: new Asset(scope, 'ForwardedProto', { path: FORWARDED_PROTO_FILE }) }
      : {};
  const task = new FargateTask(scope, 'LibreChatTask', {
    config,
    name: 'librechat',
    image: librechatImage(config.librechatVersion),
    size: librechat,
    environment: librechatEnvironment({
      ...context.props,
      documents: database.documents,
      cache: database.cache,
      region: Stack.of(scope).region,
      bucketName: storage.bucketName,
      ragApiUrl: config.features.rag ? internalUrl(context, 'ragApi') : undefined,
      meilisearchUrl: config.features.search ? internalUrl(context, 'meilisearch') : undefined,
      memoryMiB: librechat.memoryMiB,
      isSingleProcess: librechat.maxTasks === 1,
    }),
    port: PORTS.librechat,
    command: [
      'node',
      ...Object.keys(preload).flatMap((name) => ['--require', `${FILES_FOLDER}/${name}`]),
      LIBRECHAT.entry,
    ],
    workingDirectory: LIBRECHAT.workingDirectory,
    user: LIBRECHAT_USER,
    writableFolders: [...WRITABLE_FOLDERS, ...(storage.uploads === undefined ? [LIBRECHAT.uploads] : [])],
    healthCommand: librechatHealthCommand(),
    startPeriod: Duration.seconds(120),
    stopTimeout: Duration.seconds(LIBRECHAT.stopSeconds),
    files: { ...files, ...preload },
  });
  for (const [folder, path] of [
    [storage.images, LIBRECHAT.images],
    [storage.uploads, LIBRECHAT.uploads],
  ] as const) {
    if (folder !== undefined) task.mount(folder, path);
  }
  return task;
}
