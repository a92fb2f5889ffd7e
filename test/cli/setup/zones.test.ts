import { DescribeAvailabilityZonesCommand, DescribeInstanceTypeOfferingsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { zones } from '../../../cli/setup/zones.ts';
import { resolvePreset } from '../../../config/deployment-config.ts';
import type { PresetName } from '../../../config/presets.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { around } from './around.ts';

const ec2 = mockClient(EC2Client);

/** Zones of a region, and what each offers. */
const REGION = { 'us-east-1a': ['t4g.nano'], 'us-east-1b': ['t4g.nano', 't4g.medium'] } as const;

beforeEach(() => {
  ec2.reset();
  const offerings = Object.entries(REGION).flatMap(([Location, types]) =>
    types.map((type) => ({ Location, InstanceType: type })),
  );
  ec2
    .on(DescribeAvailabilityZonesCommand)
    .resolves({ AvailabilityZones: [{ ZoneName: 'us-east-1b' }, { ZoneName: 'us-east-1a' }] })
    .on(DescribeInstanceTypeOfferingsCommand)
    .resolvesOnce({ InstanceTypeOfferings: offerings.slice(0, 1), NextToken: 'more' })
    .resolves({ InstanceTypeOfferings: offerings.slice(1) });
});
afterAll(() => {
  ec2.restore();
});

const found = async (preset: PresetName, changes: PartialConfig = {}) =>
  await zones.run({ ...around(), config: resolvePreset(preset, changes) });

test('fails where the first zone has no such machine, and names one that has', async () => {
  expect(await found('minimal-dev', { instance: { type: 't4g.medium' } })).toEqual([
    {
      severity: 'bad',
      what: 'us-east-1a offers no t4g.medium',
      remedy: 'name others with network.zoneNames, of us-east-1b',
    },
  ]);
});

test('is content with a zone that was named for what it has', async () => {
  const network = { zoneNames: ['us-east-1b', 'us-east-1a'] };
  const [finding] = await found('minimal-dev', { network, instance: { type: 't4g.medium' } });
  expect(finding).toMatchObject({ severity: 'ok', what: expect.stringContaining('in us-east-1b') as string });
  expect(finding?.what).toContain('t4g.medium');
});

test('asks nothing where no machine starts', async () => {
  expect(await found('production-ecs')).toEqual([]);
  expect(ec2.calls()).toEqual([]);
});
