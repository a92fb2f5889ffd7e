import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PartialConfig } from '../../../config/schema.ts';
import { ofType, preset, synthesize } from '../../helpers/deployments.ts';

/** What CloudFront's managed policy SecurityHeadersPolicy sends, of what a balancer can. Source: its developer guide. */
const HEADERS = {
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};
const MANAGED_POLICY = '67f7725c-6f97-4210-82d7-5512b31e9d03';
const NGINX = new URL('../../../lib/constructs/compute/instance/nginx.conf', import.meta.url);

const domain: PartialConfig = {
  access: { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' },
};
const attributes = (name: 'production-ec2' | 'production-ecs') =>
  ofType(synthesize(name, domain).template, 'AWS::ElasticLoadBalancingV2::Listener')
    .filter(([, { Properties }]) => Properties['Protocol'] === 'HTTPS')
    .flatMap(([, { Properties }]) => (Properties['ListenerAttributes'] ?? []) as { Key: string; Value: string }[])
    .map(({ Key, Value }) => [Key, Value]);

test('browsers are told the same by a balancer, by CloudFront and by a machine', () => {
  const expected = Object.entries(HEADERS).map(([name, value]) => [
    `routing.http.response.${name.toLowerCase().replaceAll('-', '_')}.header_value`,
    value,
  ]);
  expect(attributes('production-ecs').sort()).toEqual(expected.sort());
  const [distribution] = ofType(preset('production-ecs').template, 'AWS::CloudFront::Distribution');
  expect(distribution?.[1].Properties['DistributionConfig'].DefaultCacheBehavior).toMatchObject({
    ResponseHeadersPolicyId: MANAGED_POLICY,
  });
  const nginx = readFileSync(NGINX, 'utf8');
  for (const [name, value] of Object.entries(HEADERS)) {
    const [, variable] = new RegExp(`add_header ${name} \\$(\\w+) always;`).exec(nginx)!;
    expect(new RegExp(`\\$${variable!} \\{[^}]*\\s'?${value}'?;`).test(nginx), `${name} of nginx`).toBe(true);
  }
});

test('a balancer before a machine says nothing: nginx does, where LibreChat does not', () => {
  expect(attributes('production-ec2')).toEqual([]);
});
