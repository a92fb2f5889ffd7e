import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import type { DatabaseConstruct } from '../database/database-construct.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import type { ApplicationSecrets } from '../security/application-secrets.ts';
import type { StorageConstruct } from '../storage/storage-construct.ts';

/**
 * What runs LibreChat. The stack wires every implementation with the same lines.
 */
export interface ILibreChatCompute extends ec2.IConnectable, iam.IGrantable, IConstruct {
  /** Role that LibreChat calls AWS with. */
  readonly grantPrincipal: iam.IRole;

  /** Port on which the site is served to the entrance. */
  readonly sitePort: number;

  /** What runs the RAG API: the only one that needs the vector store. Undefined without RAG. */
  readonly ragApi: ec2.IConnectable | undefined;

  /** Log group of LibreChat itself. */
  readonly logGroup: logs.ILogGroup;

  /** The machine, where there is exactly one: an entrance without a load balancer leads to it. */
  readonly instance: ec2.IInstance | undefined;

  /** What a load balancer sends requests to. */
  readonly balancerTarget: elbv2.IApplicationLoadBalancerTarget;

  /** What tells whether the compute is well. */
  watched(): Watched[];

  /** ARNs of volumes that hold data. */
  readonly dataVolumeArns: readonly string[];

  /** Command that opens a shell beside LibreChat. */
  readonly shellCommand: string;

  /** What must be done before `shellCommand` works; undefined where it works at once. */
  readonly shellHint: string | undefined;

  /** Command that makes the first user, who becomes ADMIN. Run where `shellCommand` leads. */
  readonly createAdminCommand: string;
}

/** What every implementation is made from. */
export interface ComputeProps<Config extends DeploymentConfig> {
  readonly config: Config;
  readonly network: NetworkConstruct;
  readonly secrets: ApplicationSecrets;
  readonly database: DatabaseConstruct;
  readonly storage: StorageConstruct;

  /** Address of the site. */
  readonly siteUrl: string;

  /** Proxies between a browser and LibreChat that add to X-Forwarded-For, those of the compute itself not counted. */
  readonly proxyHops: number;
}
