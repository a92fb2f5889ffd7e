import { describe, expect, test } from 'vitest';
import { assumedSeconds, criticalPath } from '../../cli/critical-path/critical-path.ts';
import { EVERY_PRESET, ofType, preset } from '../helpers/deployments.ts';

/** How much longer than its slowest chain a first deployment may take. */
const GOAL = 1.1;

describe('the critical path', () => {
  test.each(EVERY_PRESET)('of %s is no longer than what cannot be avoided', (name) => {
    const { steps, seconds, unavoidableSeconds } = criticalPath(preset(name).template);
    expect(steps.length).toBeGreaterThan(3);
    expect(seconds / unavoidableSeconds, steps.map(({ logicalId }) => logicalId).join(' > ')).toBeLessThanOrEqual(GOAL);
  });

  test('follows Ref, GetAtt, Sub and DependsOn', () => {
    const { steps, seconds } = criticalPath({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC' },
        Instance: { Type: 'AWS::RDS::DBInstance', Properties: { Vpc: { Ref: 'Vpc' } } },
        Made: { Type: 'Custom::LibreChatPostgres', Properties: { Host: { 'Fn::GetAtt': ['Instance', 'Endpoint'] } } },
        Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Host: { 'Fn::Sub': 'x-${Made.Host}' } } },
        Service: { Type: 'AWS::ECS::Service', DependsOn: ['Task'] },
        Late: { Type: 'AWS::ElastiCache::ReplicationGroup', DependsOn: 'Service' },
      },
    });
    expect(steps.map(({ logicalId }) => logicalId)).toEqual(['Vpc', 'Instance', 'Made', 'Task', 'Service']);
    // 12 + 720 + 45 + 5 + 180
    expect(seconds).toBe(962);
  });

  test('finds what makes a service wait for something that it does not use', () => {
    const { template } = preset('production-ecs');
    const [service = ''] = ofType(template, 'AWS::ECS::Service').map(([id]) => id);
    const [vectors = ''] = ofType(template, 'AWS::RDS::DBInstance').map(([id]) => id);
    const waiting = {
      Resources: {
        ...template.Resources,
        Slow: { Type: 'AWS::ElastiCache::ReplicationGroup', DependsOn: vectors },
        [service]: { Type: 'AWS::ECS::Service', DependsOn: 'Slow' },
      },
    };
    const { seconds, unavoidableSeconds } = criticalPath(waiting);
    expect(seconds / unavoidableSeconds).toBeGreaterThan(GOAL);
  });

  test('assumes a time for every type, custom resources included', () => {
    expect([assumedSeconds('Custom::Anything'), assumedSeconds('AWS::New::Thing')]).toEqual([45, 5]);
  });
});
