import { createHash } from 'node:crypto';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { identityOf } from '../../utils/replacement.ts';
import { resourcesOf, shown } from '../../utils/stack-resources.ts';
import { stackTags } from '../../utils/tagging-strategy.ts';
import { referencesIn } from '../../utils/template-references.ts';

/** Properties for {@link vpcOrigin}. */
export interface VpcOriginProps {
  readonly config: DeploymentConfig;

  /** Machine or balancer that CloudFront leads to. */
  readonly endpoint: cloudfront.VpcOriginEndpoint;
  readonly httpPort: number;
  readonly readTimeout: Duration;
  readonly vpc: ec2.IVpc;
}

/**
 * The way from CloudFront into the VPC: private, TLS ends at CloudFront.
 *
 * CloudFront refuses every update of a VPC origin that a distribution uses, that of a tag too, and CloudFormation knows
 * no replacement of one. So its id and its name are made from all that it is: with another machine, balancer or tag the
 * distribution goes over to a new one, and the old one is deleted after that.
 */
export function vpcOrigin(scope: Construct, props: VpcOriginProps): cloudfront.IOrigin {
  const { config, endpoint, httpPort, readTimeout, vpc } = props;
  const protocolPolicy = cloudfront.OriginProtocolPolicy.HTTP_ONLY;
  const targets = referencesIn(Stack.of(scope).resolve(endpoint.endpointArn));
  const resources = resourcesOf(Stack.of(scope));
  const resourceOf = (id: string) => {
    const resource = resources.get(id);
    return resource && shown(resource);
  };
  const what = [httpPort, protocolPolicy, stackTags(config), targets.map((id) => identityOf(id, resourceOf))];
  const revision = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);
  const origin = new cloudfront.VpcOrigin(scope, `VpcOrigin${revision}`, { endpoint, httpPort, protocolPolicy });
  // A VPC without an internet gateway takes no origin, although nothing goes through it. An existing one has its own.
  const gateway = vpc.node.tryFindChild('VPCGW');
  if (gateway !== undefined) origin.node.addDependency(gateway);
  return origins.VpcOrigin.withVpcOrigin(origin, { readTimeout, keepaliveTimeout: Duration.seconds(60) });
}
