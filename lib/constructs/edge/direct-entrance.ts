import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ILibreChatCompute } from '../compute/compute.ts';
import type { Watched } from '../monitoring/watched.ts';
import { allowClients, type EntranceProps, type IEntrance } from './entrance.ts';
import { cloudFrontAddresses, ORIGIN_PROPS, SiteDistribution } from './site-distribution.ts';

/** One machine without a load balancer: CloudFront leads to it inside the VPC, or people call it by plain HTTP. */
export class DirectEntrance extends Construct implements IEntrance {
  readonly proxyHops: number;
  private readonly props: EntranceProps;
  private url: string | undefined;

  constructor(scope: Construct, id: string, props: EntranceProps) {
    super(scope, id);
    this.props = props;
    this.proxyHops = props.config.access.type === 'cloudfront' ? 1 : 0;
  }

  get siteUrl(): string {
    if (this.url === undefined) throw new Error('the address of the site is known only after serve()');
    return this.url;
  }

  /** Nothing of its own: the machine says whether it is well. */
  watched(): Watched[] {
    return [];
  }

  serve({ instance, sitePort, connections }: ILibreChatCompute): void {
    const { config } = this.props;
    if (instance === undefined) throw new Error('an entrance without a load balancer leads to one machine, got none');
    if (config.access.type === 'cloudfront') {
      connections.allowFrom(cloudFrontAddresses(this), ec2.Port.tcp(sitePort), 'CloudFront');
      const origin = origins.VpcOrigin.withEc2Instance(instance, { ...ORIGIN_PROPS, httpPort: sitePort });
      this.url = new SiteDistribution(this, 'Distribution', { access: config.access, origin }).siteUrl;
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
