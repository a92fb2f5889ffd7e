import { describe, expect, test } from 'vitest';
import type { PresetName } from '../../../config/presets.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { MANAGED_RULES } from '../../../lib/constructs/edge/managed-rules.ts';
import { ofType, type Resource, synthesize } from '../../helpers/deployments.ts';

const RANGES = ['203.0.113.0/24', '198.51.100.0/24'];
const REPUTATION = 'AWSManagedRulesAmazonIpReputationList';
const DOMAIN = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;

interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Action?: unknown;
  readonly Statement: Resource['Properties'];
}

function firewall(preset: PresetName, changes: PartialConfig) {
  const { template } = synthesize(preset, changes);
  const acls = ofType(template, 'AWS::WAFv2::WebACL');
  expect(acls).toHaveLength(1);
  const [[id, { Properties }]] = acls as [[string, Resource]];
  return {
    id,
    scope: Properties['Scope'] as string,
    rules: new Map((Properties['Rules'] as Rule[]).map((rule) => [rule.Name, rule])),
    sets: ofType(template, 'AWS::WAFv2::IPSet').map(([, set]) => set.Properties),
    associations: ofType(template, 'AWS::WAFv2::WebACLAssociation').map(([, association]) => association.Properties),
    distributions: ofType(template, 'AWS::CloudFront::Distribution').map(
      ([, distribution]) => distribution.Properties['DistributionConfig'],
    ),
    functions: ofType(template, 'AWS::CloudFront::Function'),
    balancer: ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0]?.[0],
  };
}

describe('CloudFront before a balancer, in whatever region', () => {
  const { id, scope, rules, associations, distributions, functions, balancer } = firewall('enterprise', {});

  test('has it at the balancer', () => {
    expect(scope).toBe('REGIONAL');
    expect(associations).toEqual([{ ResourceArn: { Ref: balancer }, WebACLArn: { 'Fn::GetAtt': [id, 'Arn'] } }]);
    expect(distributions[0].WebACLId).toBeUndefined();
  });

  test('counts requests by the address that a function at CloudFront names, not by what a browser says', () => {
    expect(rules.get('RequestLimit')?.Statement['RateBasedStatement']).toEqual({
      AggregateKeyType: 'FORWARDED_IP',
      EvaluationWindowSec: 300,
      ForwardedIPConfig: { FallbackBehavior: 'MATCH', HeaderName: 'x-viewer-address' },
      Limit: 3000,
    });
    expect(functions).toHaveLength(1);
  });

  test('does not ask for the reputation of CloudFront itself', () => {
    expect([...rules.keys()]).not.toContain(REPUTATION);
  });
});

describe.each<[string, PresetName, PartialConfig]>([
  ['a balancer', 'enterprise', { region: 'us-east-1' }],
  ['a machine', 'minimal-dev', { region: 'us-east-1', access: { type: 'cloudfront', waf: { enabled: true } } }],
])('CloudFront before %s in us-east-1', (_, preset, changes) => {
  const { id, scope, rules, associations, distributions, functions } = firewall(preset, changes);

  test('has it at CloudFront, which sees addresses itself', () => {
    expect(scope).toBe('CLOUDFRONT');
    expect(associations).toEqual([]);
    expect(distributions[0].WebACLId).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(rules.get('RequestLimit')?.Statement['RateBasedStatement']).toEqual({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: 3000,
    });
    expect([...rules.keys()]).toContain(REPUTATION);
    expect(functions).toEqual([]);
  });
});

test('a balancer that people call sees addresses itself', () => {
  const { scope, rules } = firewall('enterprise', { access: { ...DOMAIN, waf: { requestsPerFiveMinutes: 500 } } });
  expect(scope).toBe('REGIONAL');
  expect(rules.get('RequestLimit')?.Statement['RateBasedStatement']).toMatchObject({
    AggregateKeyType: 'IP',
    Limit: 500,
  });
});

test.each<[string, PartialConfig, object]>([
  ['before a balancer that people call', { access: { ...DOMAIN, allowedCidrs: RANGES } }, {}],
  [
    'behind CloudFront',
    { access: { type: 'cloudfront', allowedCidrs: RANGES } },
    {
      IPSetForwardedIPConfig: { FallbackBehavior: 'NO_MATCH', HeaderName: 'x-viewer-address', Position: 'FIRST' },
    },
  ],
])('refuses whoever is not in the allowed ranges %s', (_, changes, forwarded) => {
  const { rules, sets } = firewall('enterprise', changes);
  expect(sets).toMatchObject([{ Addresses: RANGES, IPAddressVersion: 'IPV4' }]);
  expect(rules.get('AllowedAddresses')).toMatchObject({
    Priority: 0,
    Action: { Block: {} },
    Statement: { NotStatement: { Statement: { IPSetReferenceStatement: forwarded } } },
  });
});

describe('the managed rules', () => {
  const { rules } = firewall('enterprise', { region: 'us-east-1' });

  test('refuse nothing for what is in a body or a query, where people write what they like', () => {
    for (const { name, counted } of MANAGED_RULES) {
      const { ManagedRuleGroupStatement: group } = rules.get(name)!.Statement;
      expect(group).toMatchObject({ VendorName: 'AWS', Name: name });
      const overrides = (group.RuleActionOverrides ?? []) as { Name: string; ActionToUse: unknown }[];
      expect(overrides.map(({ Name }) => Name)).toEqual(Object.keys(counted));
      for (const { Name, ActionToUse } of overrides) {
        expect(Name).toMatch(/_(BODY|QUERYARGUMENTS|QUERYSTRING)$/);
        expect(ActionToUse).toEqual({ Count: {} });
      }
    }
  });

  test('say for each rule that only counts what it would refuse', () => {
    for (const reason of MANAGED_RULES.flatMap(({ counted }) => Object.values(counted)))
      expect(reason.length).toBeGreaterThan(20);
  });

  test('stand one after the other, the limit of requests before them', () => {
    const priorities = [...rules.values()].map(({ Priority }) => Priority);
    expect(priorities).toEqual(priorities.map((_, index) => index));
    expect(rules.get('RequestLimit')?.Priority).toBe(0);
  });
});

test('records who was refused, without what opens a session or was searched for', () => {
  const { template } = synthesize('enterprise');
  const [[groupId, group]] = ofType(template, 'AWS::Logs::LogGroup').filter(([id]) => id.startsWith('Entrance')) as [
    [string, Resource],
  ];
  // AWS WAF takes no other beginning of a name, and no ARN that ends in `:*`.
  expect(group.Properties['LogGroupName']).toBe('aws-waf-logs-LibreChatStack');
  const [[, { Properties }]] = ofType(template, 'AWS::WAFv2::LoggingConfiguration') as [[string, Resource]];
  const [destination] = Properties['LogDestinationConfigs'];
  expect(destination['Fn::Select']).toEqual([0, { 'Fn::Split': [':*', { 'Fn::GetAtt': [groupId, 'Arn'] }] }]);
  expect(Properties['LoggingFilter'].DefaultBehavior).toBe('DROP');
  expect(JSON.stringify(Properties['RedactedFields'])).toBe(
    '[{"SingleHeader":{"Name":"authorization"}},{"SingleHeader":{"Name":"cookie"}},{"QueryString":{}}]',
  );
  // The key of the log groups must know it, or AWS refuses to make the group.
  expect(JSON.stringify(ofType(template, 'AWS::KMS::Key'))).toContain(':log-group:aws-waf-logs-LibreChatStack');
});

test('records nothing where requests are not to be recorded', () => {
  const { template } = synthesize('enterprise', { access: { type: 'cloudfront', logs: false } });
  expect(ofType(template, 'AWS::WAFv2::LoggingConfiguration')).toEqual([]);
});

test('is nowhere unless it is asked for', () => {
  for (const name of ['minimal-dev', 'production-ecs'] as const) {
    const { template } = synthesize(name);
    expect(ofType(template, 'AWS::WAFv2::WebACL')).toEqual([]);
    expect(ofType(template, 'AWS::CloudFront::Function')).toEqual([]);
  }
});
