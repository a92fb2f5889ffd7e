import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLOUDFRONT_REGION } from '../../../config/regions.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { deployTimeLookup } from '../../utils/deploy-time-lookup.ts';
import type { Watched } from '../monitoring/watched.ts';
import { CLOUDFRONT_PREFIX } from './access-logs.ts';
import { certificateMetrics, distributionMetrics } from './entrance-metrics.ts';
import type { Firewall } from './firewall.ts';
import { isRestricted, viewerFunction } from './viewer-function.ts';
import { vpcOrigin } from './vpc-origin.ts';

type CloudFrontAccess = Extract<DeploymentConfig['access'], { type: 'cloudfront' }>;

/** Properties for {@link SiteDistribution}. */
export interface SiteDistributionProps {
  readonly config: DeploymentConfig;
  readonly access: CloudFrontAccess;

  /** Machine or balancer that CloudFront leads to. */
  readonly endpoint: cloudfront.VpcOriginEndpoint;
  readonly httpPort: number;
  readonly vpc: ec2.IVpc;

  /** Before CloudFront or behind it. */
  readonly firewall: Firewall | undefined;

  /** Bucket for the requests. */
  readonly logBucket: s3.IBucket | undefined;
}

/** Answers that CloudFront would keep for ten seconds, whatever the cache policy, and give to the next one who asks. */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** CloudFront before the site: HTTPS with or without a domain, nothing cached but the hashed files of the client. */
export class SiteDistribution extends Construct {
  readonly siteUrl: string;
  private readonly config: DeploymentConfig;
  private readonly distribution: cloudfront.IDistribution;
  private readonly certificate: acm.ICertificate | undefined;

  constructor(scope: Construct, id: string, props: SiteDistributionProps) {
    super(scope, id);
    const { config, access, endpoint, httpPort, vpc, firewall, logBucket } = props;
    const { domainName } = access;
    this.config = config;
    this.certificate = this.ownCertificate(access);
    const restricted = isRestricted(config);
    const behavior = {
      origin: vpcOrigin(this, {
        config,
        endpoint,
        httpPort,
        // A longer silence of an answer is cut; LibreChat's page then takes it up again.
        readTimeout: Duration.seconds(access.originReadTimeoutSeconds),
        vpc,
      }),
      // All of the browser's headers, and the scheme that it used: LibreChat sets no session cookie without.
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_AND_CLOUDFRONT_2022,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      // Where LibreChat sends a header of its own, that one stays.
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      functionAssociations:
        restricted || firewall?.scope === 'REGIONAL'
          ? [
              {
                eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
                function: viewerFunction(this, 'ViewerRequest', config),
              },
            ]
          : [],
    };
    const distribution = new cloudfront.Distribution(this, 'Resource', {
      comment: 'LibreChat',
      ...this.ownDomain(access),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      // The ranges that may come in are of IPv4; by IPv6 somebody inside them would be turned away.
      enableIpv6: !restricted,
      defaultBehavior: {
        ...behavior,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      },
      additionalBehaviors: { '/assets/*': { ...behavior, cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED } },
      errorResponses: ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      ...(firewall?.scope === 'CLOUDFRONT' ? { webAclId: firewall.arn } : {}),
      ...(logBucket === undefined ? {} : { enableLogging: true, logBucket, logFilePrefix: CLOUDFRONT_PREFIX }),
    });
    this.distribution = distribution;
    this.siteUrl = `https://${domainName ?? distribution.distributionDomainName}`;
  }

  watched(): Watched[] {
    return [
      ...distributionMetrics(this.distribution, this.config),
      // It lies where CloudFront looks for it: an alarm sees no other region than its own.
      ...certificateMetrics(this.config.region === CLOUDFRONT_REGION ? this.certificate : undefined),
    ];
  }

  private ownCertificate({ certificateArn }: CloudFrontAccess): acm.ICertificate | undefined {
    return certificateArn === undefined
      ? undefined
      : acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
  }

  private ownDomain({ domainName }: CloudFrontAccess): Partial<cloudfront.DistributionProps> {
    if (domainName === undefined || this.certificate === undefined) return {};
    return {
      domainNames: [domainName],
      certificate: this.certificate,
      // Without a certificate of one's own the policy of CloudFront's cannot be chosen.
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2025,
    };
  }
}

/** The addresses from which CloudFront calls origins, as AWS keeps them in each region. */
export function cloudFrontAddresses(scope: Construct): ec2.IPeer {
  const prefixListId = deployTimeLookup(scope, 'CloudFrontAddresses', {
    service: 'EC2',
    action: 'describeManagedPrefixLists',
    parameters: { Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.global.cloudfront.origin-facing'] }] },
    outputPath: 'PrefixLists.0.PrefixListId',
    revision: 'cloudfront-origin-facing',
    policy: new iam.PolicyStatement({
      sid: 'FindPrefixList',
      actions: ['ec2:DescribeManagedPrefixLists'],
      resources: ['*'],
    }),
  });
  return ec2.Peer.prefixList(prefixListId);
}
