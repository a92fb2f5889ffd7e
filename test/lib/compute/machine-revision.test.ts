import { describe, expect, test } from 'vitest';
import type { PartialConfig } from '../../../config/schema.ts';
import { ofType, synthesize } from '../../helpers/deployments.ts';

/** What CloudFormation waits for; a condition that was met once is never waited for again. */
function awaited(changes: PartialConfig): string | undefined {
  return ofType(synthesize('minimal-dev', changes).template, 'AWS::CloudFormation::WaitCondition')[0]?.[0];
}

const before = awaited({});

describe('a deployment waits for LibreChat', () => {
  test.each<[string, PartialConfig]>([
    ['of another image', { instance: { amiRelease: '2' } }],
    ['of another type', { instance: { type: 'm7g.large' } }],
    ['with another system disk', { instance: { rootVolumeGiB: 50 } }],
    ['with another release', { librechatVersion: 'v0.8.9' }],
  ])('on a machine %s', (_, changes) => {
    expect(awaited(changes)).not.toBe(before);
  });

  test('on a machine in another subnet', () => {
    const access = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
    const balanced: PartialConfig = { access, instance: { loadBalancer: true } };
    const nowhere = { natGateways: 0, natType: 'gateway' } as const;
    expect(awaited({ ...balanced, network: nowhere })).not.toBe(awaited(balanced));
  });

  test.each<[string, PartialConfig]>([
    ['another time of patching', { instance: { patching: 'off' } }],
    ['a larger data volume', { instance: { dataVolumeGiB: 50 } }],
    ['flow logs', { network: { flowLogs: true } }],
  ])('and restarts no machine for %s', (_, changes) => {
    expect(awaited(changes)).toBe(before);
  });
});
