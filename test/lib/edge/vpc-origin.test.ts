import { expect, test } from 'vitest';
import type { PresetName } from '../../../config/presets.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { ofType, preset, synthesize } from '../../helpers/deployments.ts';
import { updatedOrigins } from '../../helpers/vpc-origins.ts';

const originOf = (name: PresetName, changes: PartialConfig = {}) =>
  ofType(synthesize(name, changes).template, 'AWS::CloudFront::VpcOrigin')[0]!;

/** Changes of a deployment, each of which makes what the origin is another one. */
const CHANGES: readonly (readonly [PresetName, PartialConfig])[] = [
  ['minimal-dev', { instance: { amiRelease: '2027-01' } }],
  ['minimal-dev', { instance: { type: 'm7i.large' } }],
  ['minimal-dev', { instance: { rootVolumeGiB: 40 } }],
  ['minimal-dev', { instance: { keyPairName: 'operators', sshCidrs: ['203.0.113.7/32'] } }],
  ['minimal-dev', { instance: { loadBalancer: true } }],
  ['minimal-dev', { network: { cidr: '10.9.0.0/16' } }],
  ['minimal-dev', { tags: { Team: 'chat' } }],
  ['production-ec2', { instance: { loadBalancer: false } }],
  ['production-ecs', { tagging: { owner: 'chat team' } }],
  ['production-ecs', { tagging: { dataClassification: 'internal' } }],
];

test.each(CHANGES)('%s with %j gets another origin, which no update touches', (name, changes) => {
  const { template } = preset(name);
  const changed = synthesize(name, changes).template;
  expect(updatedOrigins(template, changed)).toEqual([]);
  expect(ofType(changed, 'AWS::CloudFront::VpcOrigin')[0]![0]).not.toBe(originOf(name)[0]);
});

test('a new origin has a name of its own, for the old one is still there when it is made', () => {
  const names = [{}, { tags: { Team: 'chat' } }].map(
    (changes) => originOf('production-ecs', changes)[1].Properties['VpcOriginEndpointConfig'].Name as string,
  );
  expect(new Set(names).size).toBe(2);
});

test('settings of the containers and a new release leave the origin alone', () => {
  const other: PartialConfig = {
    librechatVersion: 'v0.8.9-rc1',
    access: { type: 'cloudfront', originReadTimeoutSeconds: 60 },
  };
  expect(originOf('minimal-dev', other)).toEqual(originOf('minimal-dev'));
});
