import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import type { ILibreChatCompute } from '../compute/compute.ts';
import { STREAM_IDLE_SECONDS } from '../compute/container-environment.ts';
import type { Watched } from '../monitoring/watched.ts';
import { accessLogBucket, recordRequests } from './access-logs.ts';
import { balancerMetrics, certificateMetrics } from './entrance-metrics.ts';
import { allowClients, type EntranceProps, type IEntrance } from './entrance.ts';
import { createFirewall, type Firewall } from './firewall.ts';
import { cloudFrontAddresses, SiteDistribution } from './site-distribution.ts';

type DomainAccess = Extract<DeploymentConfig['access'], { type: 'domain' }>;

/** Time that a target keeps its connections after it is taken out: as long as LibreChat ends its answers. */
const DRAIN = Duration.seconds(60);

/** What CloudFront, or nginx on a machine, tells browsers; a balancer has no attribute for Referrer-Policy. */
const BROWSER_HEADERS = {
  strict_transport_security: 'max-age=31536000',
  x_content_type_options: 'nosniff',
  x_frame_options: 'SAMEORIGIN',
};

/** An Application Load Balancer: behind CloudFront, with a certificate, or plain. */
export class BalancedEntrance extends Construct implements IEntrance {
  readonly siteUrl: string;
  readonly proxyHops: number;
  readonly logBucket: s3.IBucket | undefined;
  private readonly listener: elbv2.ApplicationListener;
  private readonly firewall: Firewall | undefined;
  private targetGroup: elbv2.ApplicationTargetGroup | undefined;
  private readonly balancer: elbv2.ApplicationLoadBalancer;

  private readonly distribution: SiteDistribution | undefined;

  /** The balancer's own certificate. */
  private certificate: acm.ICertificate | undefined;

  constructor(scope: Construct, id: string, { config, network }: EntranceProps) {
    super(scope, id);
    const { access } = config;
    const isInternal = access.type === 'cloudfront';
    // No deletion protection: it holds no data, and a protected one would block the rollback of a failed create.
    const balancer = new elbv2.ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      internetFacing: !isInternal,
      vpcSubnets: network.balancerSubnets(isInternal),
      idleTimeout: Duration.seconds(STREAM_IDLE_SECONDS),
      dropInvalidHeaderFields: true,
    });
    this.balancer = balancer;
    const logBucket = accessLogBucket(this, 'AccessLogs', config);
    this.logBucket = logBucket;
    if (logBucket !== undefined) recordRequests(balancer, logBucket);
    this.firewall = createFirewall(this, 'Firewall', config);
    this.proxyHops = isInternal ? 2 : 1;
    switch (access.type) {
      case 'cloudfront': {
        this.listener = listenPlain(balancer);
        balancer.connections.allowFrom(cloudFrontAddresses(this), ec2.Port.tcp(80), 'CloudFront');
        this.distribution = new SiteDistribution(this, 'Distribution', {
          config,
          access,
          endpoint: cloudfront.VpcOriginEndpoint.applicationLoadBalancer(balancer),
          httpPort: 80,
          vpc: network.vpc,
          firewall: this.firewall,
          logBucket,
        });
        this.siteUrl = this.distribution.siteUrl;
        break;
      }
      case 'domain':
        this.listener = this.listenWithCertificate(balancer, access);
        // On a machine nginx says it, where LibreChat does not.
        if (config.mode === 'ecs') tellBrowsers(this.listener);
        allowClients(balancer, 443, config);
        allowClients(balancer, 80, config);
        this.siteUrl = `https://${access.domainName}`;
        break;
      case 'http':
        this.listener = listenPlain(balancer);
        allowClients(balancer, 80, config);
        this.siteUrl = `http://${balancer.loadBalancerDnsName}`;
        break;
    }
    if (this.firewall?.scope === 'REGIONAL') this.firewall.protect(balancer.loadBalancerArn);
  }

  serve(compute: ILibreChatCompute): void {
    this.targetGroup = this.listener.addTargets('LibreChat', {
      port: compute.sitePort,
      protocol: elbv2.ApplicationProtocol.HTTP,
      deregistrationDelay: DRAIN,
      // The first chat blocks LibreChat's event loop for some time: no hasty verdict.
      healthCheck: {
        path: '/readyz',
        interval: Duration.seconds(20),
        timeout: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 4,
      },
    });
    // Afterwards: who scales on the requests of the group asks it for its balancer.
    this.targetGroup.addTarget(compute.balancerTarget);
  }

  watched(): Watched[] {
    if (this.targetGroup === undefined) return [];
    return [
      ...balancerMetrics(this.balancer, this.targetGroup),
      ...certificateMetrics(this.certificate),
      ...(this.distribution?.watched() ?? []),
      ...(this.firewall?.watched() ?? []),
    ];
  }

  private listenWithCertificate(
    balancer: elbv2.ApplicationLoadBalancer,
    access: DomainAccess,
  ): elbv2.ApplicationListener {
    const { domainName, hostedZoneId, certificateArn } = access;
    const zone =
      hostedZoneId === undefined ? undefined : route53.HostedZone.fromHostedZoneId(this, 'Zone', hostedZoneId);
    if (zone !== undefined) {
      new route53.ARecord(this, 'Record', {
        zone,
        recordName: `${domainName}.`,
        target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(balancer)),
      });
    }
    const certificate =
      certificateArn === undefined
        ? new acm.Certificate(this, 'Certificate', { domainName, validation: acm.CertificateValidation.fromDns(zone) })
        : acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    this.certificate = certificate;
    balancer.addRedirect({ open: false });
    return balancer.addListener('Https', {
      port: 443,
      protocol: elbv2.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: elbv2.SslPolicy.TLS13_12_RES_PQ,
      open: false,
    });
  }
}

/** Plain HTTP: behind CloudFront, or where the configuration asks for it. */
function listenPlain(balancer: elbv2.ApplicationLoadBalancer): elbv2.ApplicationListener {
  return balancer.addListener('Http', { port: 80, protocol: elbv2.ApplicationProtocol.HTTP, open: false });
}

function tellBrowsers(listener: elbv2.ApplicationListener): void {
  for (const [header, value] of Object.entries(BROWSER_HEADERS))
    listener.setAttribute(`routing.http.response.${header}.header_value`, value);
}
