import { describe, expect, test } from 'vitest';
import type { PresetName } from '../../../config/presets.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { EVERY_PRESET, ofType, preset, type Resource, type Template, synthesize } from '../../helpers/deployments.ts';

/** Managed policies of CloudFront. Source: Amazon CloudFront developer guide. */
const MANAGED = {
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  allViewerAndCloudFront: '33f36d7e-f396-46d9-90e0-52428a34d9dc',
  securityHeaders: '67f7725c-6f97-4210-82d7-5512b31e9d03',
};

const distribution = (template: Template) =>
  ofType(template, 'AWS::CloudFront::Distribution')[0]![1].Properties['DistributionConfig'];
const behaviors = (template: Template): Record<string, unknown>[] => [
  distribution(template).DefaultCacheBehavior,
  ...distribution(template).CacheBehaviors,
];
const configured = (name: PresetName, changes: PartialConfig) => distribution(synthesize(name, changes).template);

describe.each(EVERY_PRESET)('preset %s', (name) => {
  const { template } = preset(name);

  test('caches the hashed files of the client and nothing else, no error either', () => {
    const { DefaultCacheBehavior, CacheBehaviors, CustomErrorResponses } = distribution(template);
    expect(DefaultCacheBehavior.CachePolicyId).toBe(MANAGED.cachingDisabled);
    expect(
      CacheBehaviors.map(({ PathPattern, CachePolicyId }: Record<string, unknown>) => [PathPattern, CachePolicyId]),
    ).toEqual([['/assets/*', MANAGED.cachingOptimized]]);
    // Those that CloudFront keeps for ten seconds by itself. Source: developer guide, how error responses are cached.
    expect(CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCachingMinTTL: 0,
        ErrorCode,
      })),
    );
  });

  test('tells the origin which scheme the browser used, and browsers how to be careful', () => {
    for (const behavior of behaviors(template)) {
      expect(behavior).toMatchObject({
        OriginRequestPolicyId: MANAGED.allViewerAndCloudFront,
        ResponseHeadersPolicyId: MANAGED.securityHeaders,
        ViewerProtocolPolicy: 'redirect-to-https',
      });
    }
  });

  test('reaches the origin inside the VPC, in subnets without a way in from the internet', () => {
    expect(distribution(template).Origins).toMatchObject([{ VpcOriginConfig: { OriginReadTimeout: 120 } }]);
    const origin = ofType(template, 'AWS::CloudFront::VpcOrigin')[0]![1] as { DependsOn?: string[] };
    expect(origin.DependsOn).toContain(ofType(template, 'AWS::EC2::VPCGatewayAttachment')[0]![0]);
    const subnets = [
      ...ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').flatMap(
        ([, { Properties }]) => Properties['Subnets'],
      ),
      ...ofType(template, 'AWS::EC2::Instance')
        .filter(([id]) => !id.includes('NatInstance'))
        .map(([, { Properties }]) => Properties['SubnetId'] ?? Properties['NetworkInterfaces'][0].SubnetId),
    ];
    expect(subnets.length).toBeGreaterThan(0);
    for (const { Ref } of subnets as { Ref: string }[]) expect(Ref).toMatch(/PrivateSubnet/);
  });
});

test('waits for a silent answer as long as the configuration says', () => {
  const { Origins } = configured('production-ecs', { access: { type: 'cloudfront', originReadTimeoutSeconds: 60 } });
  expect(Origins).toMatchObject([{ VpcOriginConfig: { OriginReadTimeout: 60 } }]);
});

test('where some ranges may come in, a function looks at every request, and no request comes by IPv6', () => {
  const { template } = synthesize('minimal-dev', { access: { type: 'cloudfront', allowedCidrs: ['203.0.113.0/24'] } });
  const [[id, { Properties }]] = ofType(template, 'AWS::CloudFront::Function') as [[string, Resource]];
  expect(Properties.FunctionCode).toContain("'203.0.113.0/24'");
  expect(Properties.AutoPublish).toBe(true);
  expect(distribution(template).IPV6Enabled).toBe(false);
  for (const behavior of behaviors(template)) {
    expect(behavior['FunctionAssociations']).toEqual([
      { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [id, 'FunctionARN'] } },
    ]);
  }
  expect(distribution(preset('minimal-dev').template).IPV6Enabled).toBe(true);
});

test('speaks only current TLS under a name of its own', () => {
  const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';
  const { Aliases, ViewerCertificate } = configured('production-ecs', {
    access: { type: 'cloudfront', domainName: 'chat.example.com', certificateArn },
  });
  expect(Aliases).toEqual(['chat.example.com']);
  expect(ViewerCertificate).toMatchObject({
    AcmCertificateArn: certificateArn,
    MinimumProtocolVersion: 'TLSv1.2_2025',
  });
});

test('speaks only current TLS at a balancer', () => {
  const { template } = synthesize('production-ecs', {
    access: { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' },
  });
  const policies = ofType(template, 'AWS::ElasticLoadBalancingV2::Listener')
    .filter(([, { Properties }]) => Properties['Protocol'] === 'HTTPS')
    .map(([, { Properties }]) => Properties['SslPolicy']);
  expect(policies).toEqual(['ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09']);
});
