import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EcsConfig } from '../../../config/schema.ts';
import { IMAGES, librechatImage } from '../../../config/versions.ts';
import { chatModels, embeddingModels, invokeBedrockModels } from '../../utils/iam-policies.ts';
import { CA_BUNDLE_FILE } from '../../utils/ca-bundle.ts';
import { renderedAsset } from '../../utils/rendered-asset.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { ComputeProps, ILibreChatCompute } from './compute.ts';
import { librechatEnvironment, meilisearchEnvironment, PORTS, ragApiEnvironment } from './container-environment.ts';
import { FargateTask } from './fargate-task.ts';
import { librechatYaml } from './librechat-config.ts';

/** Time in which LibreChat ends its answers after SIGTERM: 60 s of its own and a margin. */
const LIBRECHAT_STOP_TIMEOUT = Duration.seconds(90);

/** Utilization that LibreChat's tasks are scaled to: 16-19 live answers a vCPU. */
const CPU_TARGET_PERCENT = 60;

/** LibreChat on Fargate, with the RAG API and Meilisearch as services of their own where the configuration has them. */
export class EcsDeployment extends Construct implements ILibreChatCompute {
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly ragApi: ec2.IConnectable | undefined;
  readonly sitePort = PORTS.librechat;
  readonly instance = undefined;
  readonly dataVolumeArns = [];
  readonly balancerTarget: elbv2.IApplicationLoadBalancerTarget;
  readonly shellCommand: string;
  readonly shellHint: string | undefined;
  readonly createAdminCommand = 'npm run create-user';
  private readonly service: ecs.FargateService;
  private readonly cluster: ecs.Cluster;
  private readonly props: ComputeProps<EcsConfig>;
  private readonly files: Record<'librechat.yaml' | 'rds-ca-bundle.pem', Asset>;

  constructor(scope: Construct, id: string, props: ComputeProps<EcsConfig>) {
    super(scope, id);
    const { config, network } = props;
    this.props = props;
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: config.service.containerInsights
        ? ecs.ContainerInsights.ENABLED
        : ecs.ContainerInsights.DISABLED,
      enableFargateCapacityProviders: true,
    });
    this.files = {
      'librechat.yaml': renderedAsset(this, 'LibreChatConfig', { 'librechat.yaml': librechatYaml(config) }),
      'rds-ca-bundle.pem': new Asset(this, 'CaBundle', { path: CA_BUNDLE_FILE }),
    };
    if (config.features.rag || config.features.search) {
      this.cluster.addDefaultCloudMapNamespace({
        name: `${config.stackName.toLowerCase()}.internal`,
        vpc: network.vpc,
      });
    }
    const ragApi = config.features.rag ? this.createRagApi() : undefined;
    const meilisearch = config.features.search ? this.createMeilisearch() : undefined;
    const { task, service } = this.createLibreChat();
    ragApi?.connections.allowFrom(service, ec2.Port.tcp(PORTS.ragApi), 'LibreChat embeds and queries documents');
    meilisearch?.connections.allowFrom(service, ec2.Port.tcp(PORTS.meilisearch), 'LibreChat searches chats');
    this.service = service;
    this.connections = service.connections;
    this.ragApi = ragApi;
    this.grantPrincipal = task.taskRole;
    this.logGroup = task.logGroup;
    this.balancerTarget = service;
    const { clusterName } = this.cluster;
    const firstTask = `$(aws ecs list-tasks --cluster ${clusterName} --service-name ${service.serviceName} --query 'taskArns[0]' --output text)`;
    this.shellCommand = `aws ecs execute-command --cluster ${clusterName} --task "${firstTask}" --container librechat --interactive --command sh`;
    this.shellHint = config.service.executeCommand
      ? undefined
      : 'closed until a deployment with -c service.executeCommand=true';
  }

  watched(): Watched[] {
    const period = Duration.minutes(5);
    return [
      { id: 'TaskCpu', title: 'CPU of LibreChat tasks, %', metric: this.service.metricCpuUtilization({ period }) },
      {
        id: 'TaskMemory',
        title: 'Memory of LibreChat tasks, %',
        metric: this.service.metricMemoryUtilization({ period, statistic: 'Maximum' }),
        alarm: {
          threshold: 90,
          periods: 3,
          // ECS publishes it as long as a task runs: silence is an outage.
          missingIsBad: true,
          meaning: 'LibreChat is about to run out of memory, or no task runs',
          remedy: 'raise service.librechat.memoryMiB, or look at the reasons of stopped tasks',
        },
      },
    ];
  }

  private createLibreChat(): { task: FargateTask; service: ecs.FargateService } {
    const { config, storage, database } = this.props;
    const { librechat } = config.service;
    const task = new FargateTask(this, 'LibreChatTask', {
      config,
      name: 'librechat',
      image: librechatImage(config.librechatVersion),
      size: librechat,
      environment: librechatEnvironment({
        ...this.props,
        documents: database.documents,
        cache: database.cache,
        region: Stack.of(this).region,
        bucketName: storage.bucketName,
        ragApiUrl: config.features.rag ? this.internalUrl('rag-api', PORTS.ragApi) : undefined,
        meilisearchUrl: config.features.search ? this.internalUrl('meilisearch', PORTS.meilisearch) : undefined,
        memoryMiB: librechat.memoryMiB,
        isSingleProcess: librechat.maxTasks === 1,
      }),
      port: PORTS.librechat,
      // npm in front of node would swallow SIGTERM.
      command: ['node', 'api/server/index.js'],
      workingDirectory: '/app',
      user: '1000:1000',
      healthCommand: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${PORTS.librechat}/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
      ],
      startPeriod: Duration.seconds(120),
      stopTimeout: LIBRECHAT_STOP_TIMEOUT,
      files: this.files,
    });
    for (const [folder, path] of [
      [storage.images, '/app/client/public/images'],
      [storage.uploads, '/app/uploads'],
    ] as const) {
      if (folder !== undefined) task.mount(folder, path);
    }
    for (const statement of invokeBedrockModels(this, chatModels(config), config))
      task.taskRole.addToPrincipalPolicy(statement);
    const isShared = database.cache !== undefined;
    const service = this.createService('LibreChat', task, {
      // Without Redis two tasks at once would split sessions and streams between them.
      minHealthyPercent: isShared ? 100 : 0,
      maxHealthyPercent: isShared ? 200 : 100,
      healthCheckGracePeriod: Duration.minutes(5),
      capacityProviderStrategies: [{ capacityProvider: config.service.spot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }],
    });
    storage.allowFrom(service);
    const scaling = service.autoScaleTaskCount({ minCapacity: librechat.minTasks, maxCapacity: librechat.maxTasks });
    // Each scale-in cuts the answers that a task is writing: out fast, in slowly.
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: CPU_TARGET_PERCENT,
      scaleOutCooldown: Duration.minutes(1),
      scaleInCooldown: Duration.minutes(15),
    });
    return { task, service };
  }

  private createRagApi(): ecs.FargateService | undefined {
    const { config, secrets, database } = this.props;
    if (database.vectors === undefined) return undefined;
    const size = config.service.ragApi;
    const task = new FargateTask(this, 'RagApiTask', {
      config,
      name: 'rag-api',
      image: IMAGES.ragApi,
      size,
      environment: ragApiEnvironment({ config, secrets, vectors: database.vectors, region: Stack.of(this).region }),
      port: PORTS.ragApi,
      // The answer is 200 even when the database is down: only the body tells.
      healthCommand: [
        'CMD',
        'python',
        '-c',
        `import sys,urllib.request as u; sys.exit(b'"UP"' not in u.urlopen('http://127.0.0.1:${PORTS.ragApi}/health', timeout=5).read())`,
      ],
      startPeriod: Duration.seconds(120),
      files: { 'rds-ca-bundle.pem': this.files['rds-ca-bundle.pem'] },
    });
    for (const statement of invokeBedrockModels(this, embeddingModels(config), config))
      task.taskRole.addToPrincipalPolicy(statement);
    return this.createService('RagApi', task, {
      desiredCount: size.tasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      cloudMapOptions: { name: 'rag-api' },
    });
  }

  private createMeilisearch(): ecs.FargateService {
    const { config, secrets } = this.props;
    const size = config.service.meilisearch;
    const task = new FargateTask(this, 'MeilisearchTask', {
      config,
      name: 'meilisearch',
      image: IMAGES.meilisearch,
      size,
      environment: meilisearchEnvironment(secrets, size.memoryMiB),
      port: PORTS.meilisearch,
      healthCommand: ['CMD-SHELL', `wget -q -O /dev/null http://127.0.0.1:${PORTS.meilisearch}/health || exit 1`],
      startPeriod: Duration.seconds(30),
    });
    // Its index is rebuilt from the chats; two writers at once would break it.
    return this.createService('Meilisearch', task, {
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      cloudMapOptions: { name: 'meilisearch' },
    });
  }

  private createService(id: string, task: FargateTask, props: Partial<ecs.FargateServiceProps>): ecs.FargateService {
    const { config, network } = this.props;
    const isPublic = config.service.subnets === 'public';
    return task.createService(this, id, {
      cluster: this.cluster,
      vpcSubnets: network.computeSubnets(isPublic, config.network.zones),
      assignPublicIp: isPublic,
      circuitBreaker: { rollback: true },
      enableExecuteCommand: config.service.executeCommand,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
      ...props,
    });
  }

  private internalUrl(name: string, port: number): string {
    return `http://${name}.${this.cluster.defaultCloudMapNamespace?.namespaceName ?? ''}:${port}`;
  }
}
