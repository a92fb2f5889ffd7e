import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { EcsConfig } from '../../../config/schema.ts';
import { CA_BUNDLE_FILE } from '../../utils/ca-bundle.ts';
import { renderedAsset } from '../../utils/rendered-asset.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { ComputeProps, ILibreChatCompute } from './compute.ts';
import { PORTS } from './container-environment.ts';
import type { ServiceContext } from './fargate/fargate-service.ts';
import { LibreChatService } from './fargate/librechat-service.ts';
import { meilisearchService } from './fargate/meilisearch-service.ts';
import { ragApiService } from './fargate/rag-api-service.ts';
import { type ServiceId, serviceMetrics } from './fargate/service-metrics.ts';
import { librechatYaml } from './librechat-config.ts';

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
  private readonly services: Partial<Record<ServiceId, ecs.FargateService>>;

  constructor(scope: Construct, id: string, props: ComputeProps<EcsConfig>) {
    super(scope, id);
    const { config, database } = props;
    const context: ServiceContext = { props, cluster: this.createCluster(props) };
    const files = {
      'librechat.yaml': renderedAsset(this, 'LibreChatConfig', { 'librechat.yaml': librechatYaml(config) }),
      'rds-ca-bundle.pem': new Asset(this, 'CaBundle', { path: CA_BUNDLE_FILE }),
    };
    const ragApi =
      database.vectors === undefined
        ? undefined
        : ragApiService(this, context, database.vectors, { 'rds-ca-bundle.pem': files['rds-ca-bundle.pem'] });
    const meilisearch = config.features.search ? meilisearchService(this, context) : undefined;
    const { task, service, balancerTarget } = new LibreChatService(this, context, files);
    this.ragApi = ragApi;
    ragApi?.connections.allowFrom(service, ec2.Port.tcp(PORTS.ragApi), 'LibreChat embeds and queries documents');
    meilisearch?.connections.allowFrom(service, ec2.Port.tcp(PORTS.meilisearch), 'LibreChat searches chats');
    this.services = { Task: service, RagApi: ragApi, Search: meilisearch };
    this.connections = service.connections;
    this.grantPrincipal = task.taskRole;
    this.logGroup = task.logGroup;
    this.balancerTarget = balancerTarget;
    const { clusterName } = context.cluster;
    const firstTask = `$(aws ecs list-tasks --cluster ${clusterName} --service-name ${service.serviceName} --query 'taskArns[0]' --output text)`;
    this.shellCommand = `aws ecs execute-command --cluster ${clusterName} --task "${firstTask}" --container librechat --interactive --command sh`;
    this.shellHint = config.service.executeCommand
      ? undefined
      : 'closed until a deployment with -c service.executeCommand=true';
  }

  watched(): Watched[] {
    return serviceMetrics(this.services);
  }

  private createCluster({ config, network }: ComputeProps<EcsConfig>): ecs.Cluster {
    const cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: config.service.containerInsights
        ? ecs.ContainerInsights.ENABLED
        : ecs.ContainerInsights.DISABLED,
    });
    if (config.features.rag || config.features.search) {
      cluster.addDefaultCloudMapNamespace({ name: `${config.stackName.toLowerCase()}.internal`, vpc: network.vpc });
    }
    return cluster;
  }
}
