import { describe, expect, test } from 'vitest';
import type { PresetName } from '../../../config/presets.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { EVERY_PRESET, ofType, preset, type Resource, synthesize } from '../../helpers/deployments.ts';

const PRODUCTION = EVERY_PRESET.filter((name) =>
  ['production', 'enterprise'].includes(preset(name).config.environment),
);

function recorded(name: PresetName, changes: PartialConfig = {}) {
  const { template } = synthesize(name, changes);
  const [bucket] = ofType(template, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('EntranceAccessLogs'));
  const [balancer] = ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  return {
    bucket,
    policyId: ofType(template, 'AWS::S3::BucketPolicy').find(([id]) => id.startsWith('EntranceAccessLogs'))?.[0],
    statements: ofType(template, 'AWS::S3::BucketPolicy')
      .filter(([id]) => id.startsWith('EntranceAccessLogs'))
      .flatMap(([, { Properties }]) => Properties['PolicyDocument'].Statement as Resource['Properties'][]),
    cloudFront: ofType(template, 'AWS::CloudFront::Distribution')[0]?.[1].Properties['DistributionConfig'].Logging,
    balancer: balancer?.[1] as { DependsOn?: string[] } | undefined,
    attributes: Object.fromEntries(
      ((balancer?.[1].Properties['LoadBalancerAttributes'] ?? []) as { Key: string; Value: unknown }[]).map(
        ({ Key, Value }) => [Key, Value],
      ),
    ) as Record<string, unknown>,
  };
}

describe.each(PRODUCTION)('preset %s', (name) => {
  const { bucket, policyId, statements, cloudFront, balancer, attributes } = recorded(name);
  const [id, { Properties }] = bucket!;

  test('records requests at CloudFront and at the balancer, for as long as other logs', () => {
    expect(cloudFront).toEqual({ Bucket: { 'Fn::GetAtt': [id, 'RegionalDomainName'] }, Prefix: 'cloudfront/' });
    expect(attributes).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': { Ref: id },
      'access_logs.s3.prefix': 'balancer',
    });
    expect(Properties['LifecycleConfiguration'].Rules).toMatchObject([
      { ExpirationInDays: preset(name).config.monitoring.logRetentionDays, Status: 'Enabled' },
    ]);
  });

  test('lets the balancers of this account write into their folder, and nobody read', () => {
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Action }) => Action as unknown)).not.toContainEqual(expect.stringContaining('Get'));
    expect(allowed.filter(({ Principal }) => Principal.Service !== 'logging.s3.amazonaws.com')).toEqual([
      {
        Sid: 'BalancerMayDeliver',
        Effect: 'Allow',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: {
          'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, '/balancer/AWSLogs/', { Ref: 'AWS::AccountId' }, '/*']],
        },
      },
    ]);
    // The balancer tries at once whether it may.
    expect(balancer?.DependsOn).toContain(policyId);
  });

  test('records the requests to every other bucket, each in a folder that S3 may write to for this account alone', () => {
    const others = ofType(preset(name).template, 'AWS::S3::Bucket').filter(([other]) => other !== id);
    expect(others.length).toBeGreaterThan(0);
    const deliveries = statements.filter(({ Principal }) => Principal.Service === 'logging.s3.amazonaws.com');
    for (const [other, { Properties }] of others) {
      const { DestinationBucketName, LogFilePrefix } = Properties['LoggingConfiguration'] ?? {};
      expect(DestinationBucketName, other).toEqual({ Ref: id });
      expect(JSON.stringify(deliveries.map(({ Resource: folder }) => folder as unknown)), other).toContain(
        `/${LogFilePrefix}*`,
      );
    }
    for (const { Condition } of deliveries)
      expect(Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
  });
});

test('records nothing unless asked', () => {
  for (const { bucket, cloudFront, attributes } of [
    recorded('minimal-dev'),
    recorded('production-ecs', { access: { type: 'cloudfront', logs: false } }),
  ]) {
    expect(bucket).toBeUndefined();
    expect(cloudFront).toBeUndefined();
    expect(attributes['access_logs.s3.enabled']).toBeUndefined();
  }
});

test('records at CloudFront alone where there is no balancer', () => {
  const { bucket, cloudFront, statements } = recorded('minimal-dev', { access: { type: 'cloudfront', logs: true } });
  expect(cloudFront).toMatchObject({ Bucket: { 'Fn::GetAtt': [bucket![0], 'RegionalDomainName'] } });
  expect(statements.map(({ Sid }) => Sid as unknown)).not.toContain('BalancerMayDeliver');
});
