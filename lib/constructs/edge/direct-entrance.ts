import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ILibreChatCompute } from '../compute/compute.ts';
import type { Watched } from '../monitoring/watched.ts';
import { accessLogBucket } from './access-logs.ts';
import { allowClients, type EntranceProps, type IEntrance } from './entrance.ts';
import { createFirewall, type Firewall } from './firewall.ts';
import { cloudFrontAddresses, SiteDistribution } from './site-distribution.ts';

/** One machine without a load balancer: CloudFront leads to it inside the VPC, or people call it by plain HTTP. */
export class DirectEntrance extends Construct implements IEntrance {
  readonly proxyHops: number;
  private readonly props: EntranceProps;
  private url: string | undefined;
  private firewall: Firewall | undefined;
  private records: s3.IBucket | undefined;
  private distribution: SiteDistribution | undefined;

  constructor(scope: Construct, id: string, props: EntranceProps) {
    super(scope, id);
    this.props = props;
    this.proxyHops = props.config.access.type === 'cloudfront' ? 1 : 0;
  }

  get siteUrl(): string {
    if (this.url === undefined) throw new Error('the address of the site is known only after serve()');
    return this.url;
  }

  get logBucket(): s3.IBucket | undefined {
    return this.records;
  }

  /** Little of its own: the machine says whether it is well. */
  watched(): Watched[] {
    return [...(this.distribution?.watched() ?? []), ...(this.firewall?.watched() ?? [])];
  }

  serve({ instance, sitePort, connections }: ILibreChatCompute): void {
    const { config, network } = this.props;
    const { access } = config;
    if (instance === undefined) throw new Error('an entrance without a load balancer leads to one machine, got none');
    if (access.type === 'cloudfront') {
      connections.allowFrom(cloudFrontAddresses(this), ec2.Port.tcp(sitePort), 'CloudFront');
      this.firewall = createFirewall(this, 'Firewall', config);
      this.records = accessLogBucket(this, 'AccessLogs', config);
      this.distribution = new SiteDistribution(this, 'Distribution', {
        config,
        access,
        endpoint: cloudfront.VpcOriginEndpoint.ec2Instance(instance),
        httpPort: sitePort,
        vpc: network.vpc,
        firewall: this.firewall,
        logBucket: this.records,
      });
      this.url = this.distribution.siteUrl;
      return;
    }
    const address = new ec2.CfnEIP(this, 'Address', { domain: 'vpc' });
    new ec2.CfnEIPAssociation(this, 'AddressAssociation', {
      allocationId: address.attrAllocationId,
      instanceId: instance.instanceId,
    });
    allowClients({ connections }, sitePort, config);
    this.url = `http://${address.attrPublicIp}`;
  }
}
