import { describe, expect, test } from 'vitest';
import type { DeploymentConfig, PartialConfig } from '../../config/schema.ts';
import { EVERY_PRESET, ofType, preset, type Template } from '../helpers/deployments.ts';
import { templateOf, variant } from './templates.ts';

const EVERYBODY = '0.0.0.0/0';
const OFFICE = '203.0.113.0/24';
const DOMAIN = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';

/** Every way to the site, open to everybody and to an office; logs are no matter of openings. */
const WAYS: Readonly<Record<string, PartialConfig>> = {
  'by CloudFront': { access: { type: 'cloudfront' } },
  'by CloudFront from an office': { access: { type: 'cloudfront', allowedCidrs: [OFFICE] } },
  'by CloudFront under a domain': {
    access: { type: 'cloudfront', domainName: 'chat.example.com', certificateArn: CERTIFICATE },
  },
  'under a domain': { access: DOMAIN },
  'under a domain from an office': { access: { ...DOMAIN, allowedCidrs: [OFFICE] } },
  'by plain HTTP': { access: { type: 'http', logs: false, waf: { enabled: false } } },
  'by plain HTTP from an office': {
    access: { type: 'http', allowedCidrs: [OFFICE], logs: false, waf: { enabled: false } },
  },
  'by plain HTTP, with SSH': {
    access: { type: 'http', allowedCidrs: [OFFICE], logs: false, waf: { enabled: false } },
    instance: { keyPairName: 'operators', sshCidrs: [OFFICE] },
  },
};

const CASES = EVERY_PRESET.flatMap((preset) =>
  Object.entries(WAYS).flatMap(([way, changes]) => variant(preset, changes, way) ?? []),
);

/** What the configuration asks to be open: ports with who may come, and listeners. */
function asked({ access, ...config }: DeploymentConfig): { ports: string[]; listeners: string[] } {
  const isBalanced = config.mode === 'ecs' || config.instance.loadBalancer;
  const ssh = config.mode === 'ec2' ? config.instance.sshCidrs.map((range) => `22 ${range}`) : [];
  const ways = { cloudfront: [], domain: [443, 80], http: [80] }[access.type];
  const listeners = {
    cloudfront: ['internal HTTP 80'],
    domain: ['internet-facing HTTP 80', 'internet-facing HTTPS 443'],
    http: ['internet-facing HTTP 80'],
  };
  return {
    ports: [...ways.flatMap((port) => access.allowedCidrs.map((range) => `${port} ${range}`)), ...ssh].sort(),
    listeners: isBalanced ? listeners[access.type] : [],
  };
}

interface Ingress {
  readonly CidrIp?: unknown;
  readonly CidrIpv6?: unknown;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly IpProtocol: string;
}

/** What the template opens to addresses outside of the VPC, whatever it belongs to. */
function opened({ network }: DeploymentConfig, template: Template): string[] {
  const rules = [
    ...ofType(template, 'AWS::EC2::SecurityGroup').flatMap(
      ([, { Properties }]) => (Properties['SecurityGroupIngress'] ?? []) as Ingress[],
    ),
    ...ofType(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties as unknown as Ingress),
  ];
  return rules
    .filter(({ CidrIp, CidrIpv6 }) => CidrIpv6 !== undefined || (CidrIp !== undefined && CidrIp !== network.cidr))
    .filter(({ CidrIp }) => !JSON.stringify(CidrIp ?? '').includes('CidrBlock'))
    .map(({ CidrIp, CidrIpv6, FromPort, ToPort, IpProtocol }) => {
      const port =
        FromPort === ToPort && IpProtocol === 'tcp' ? String(FromPort) : `${IpProtocol} ${FromPort}-${ToPort}`;
      return `${port} ${JSON.stringify(CidrIp ?? CidrIpv6).replaceAll('"', '')}`;
    })
    .sort();
}

describe('nothing is open that the configuration does not ask for', () => {
  test('in many configurations', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(25);
    for (const name of EVERY_PRESET)
      expect(CASES.filter((found) => found.name.startsWith(name)).length).toBeGreaterThan(2);
  });

  test.each(CASES)('$name', ({ config }) => {
    const template = templateOf(config);
    const { ports, listeners } = asked(config);
    expect(opened(config, template)).toEqual(ports);

    const schemes = new Map(
      ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(([id, { Properties }]) => [
        id,
        Properties['Scheme'],
      ]),
    );
    const found = ofType(template, 'AWS::ElasticLoadBalancingV2::Listener').map(
      ([, { Properties }]) =>
        `${schemes.get(Properties['LoadBalancerArn'].Ref)} ${Properties['Protocol']} ${Properties['Port']}`,
    );
    expect(found.sort()).toEqual(listeners);

    // Machines with an address of their own: the one that people call, and NAT.
    const addresses = ofType(template, 'AWS::EC2::EIPAssociation').length;
    expect(addresses).toBe(config.access.type === 'http' && listeners.length === 0 ? 1 : 0);
    for (const [id, { Properties }] of ofType(template, 'AWS::S3::Bucket'))
      expect(Object.values(Properties['PublicAccessBlockConfiguration']), id).toEqual([true, true, true, true]);
  });
});

test('one range too many is found', () => {
  const { template, config } = preset('production-ecs');
  const [[id, group]] = ofType(template, 'AWS::EC2::SecurityGroup') as [[string, { Properties: object; Type: string }]];
  const rule = { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, CidrIp: EVERYBODY };
  const Resources = {
    ...template.Resources,
    [id]: { ...group, Properties: { ...group.Properties, SecurityGroupIngress: [rule] } },
  };
  expect(opened(config, { ...template, Resources })).toEqual([`8080 ${EVERYBODY}`]);
});
