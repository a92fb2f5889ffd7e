import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import type { ILibreChatCompute } from '../compute/compute.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import { BalancedEntrance } from './balanced-entrance.ts';
import { DirectEntrance } from './direct-entrance.ts';

/** Where people come in. */
export interface IEntrance extends IConstruct {
  /** Address of the site: scheme and host, no slash at the end. With CloudFront before one machine known after `serve`. */
  readonly siteUrl: string;

  /** Proxies that add to X-Forwarded-For on the way to the compute. */
  readonly proxyHops: number;

  /** Bucket in which requests are recorded, where the configuration wants that. Known after `serve`. */
  readonly logBucket: s3.IBucket | undefined;

  /** Leads people to `compute`. Called once. */
  serve(compute: ILibreChatCompute): void;

  /** What tells whether people are served; complete after `serve`. */
  watched(): Watched[];
}

/** Properties of every entrance. */
export interface EntranceProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;
}

/** The entrance that the configuration asks for: a load balancer, unless one machine is served without. */
export function createEntrance(scope: Construct, id: string, props: EntranceProps): IEntrance {
  const { config } = props;
  return config.mode === 'ec2' && !config.instance.loadBalancer
    ? new DirectEntrance(scope, id, props)
    : new BalancedEntrance(scope, id, props);
}

/** Lets the ranges of the configuration in. */
export function allowClients(target: ec2.IConnectable, port: number, { access }: DeploymentConfig): void {
  for (const range of access.allowedCidrs)
    target.connections.allowFrom(ec2.Peer.ipv4(range), ec2.Port.tcp(port), `People of ${range}`);
}
