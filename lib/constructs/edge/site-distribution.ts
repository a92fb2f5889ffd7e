import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { deployTimeLookup } from '../../utils/deploy-time-lookup.ts';

/** Properties for {@link SiteDistribution}. */
export interface SiteDistributionProps {
  readonly access: Extract<DeploymentConfig['access'], { type: 'cloudfront' }>;
  readonly origin: cloudfront.IOrigin;
}

/** How CloudFront talks to the origin inside the VPC: the way is private, TLS ends at CloudFront. */
export const ORIGIN_PROPS = {
  protocolPolicy: cloudfront.OriginProtocolPolicy.HTTP_ONLY,
  // The most that an account may set without asking AWS. A longer silence is cut; LibreChat's client then resumes.
  readTimeout: Duration.seconds(60),
  keepaliveTimeout: Duration.seconds(60),
};

/** CloudFront before the site: HTTPS with or without a domain, nothing cached but the hashed files of the client. */
export class SiteDistribution extends Construct {
  readonly siteUrl: string;

  constructor(scope: Construct, id: string, { access, origin }: SiteDistributionProps) {
    super(scope, id);
    const { domainName, certificateArn } = access;
    const distribution = new cloudfront.Distribution(this, 'Resource', {
      comment: 'LibreChat',
      ...(domainName === undefined || certificateArn === undefined
        ? {}
        : {
            domainNames: [domainName],
            certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
            // Without a certificate of one's own the policy of CloudFront's cannot be chosen.
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
          }),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
      additionalBehaviors: {
        '/assets/*': {
          origin,
          cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
          originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
          viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        },
      },
    });
    this.siteUrl = `https://${domainName ?? distribution.distributionDomainName}`;
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
