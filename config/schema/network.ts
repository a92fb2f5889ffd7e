import { z } from 'zod';
import { certificateArn, cidr, domainName, pattern } from './values.ts';

/** Services for which the network can hold an interface endpoint: what LibreChat's parts call, nothing else. */
const INTERFACE_ENDPOINTS = [
  'bedrock-runtime',
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
  'ssm',
  'ssmmessages',
] as const;

const MAX_ZONES = 3;

export const network = z
  .strictObject({
    existingVpc: z
      .strictObject({
        vpcId: pattern(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0123456789abcdef0').describe('Id of the VPC.'),
        cidr: cidr.describe('IPv4 range of the VPC; security groups of internal parts are limited to it.'),
        availabilityZones: z
          .array(z.string())
          .min(2)
          .max(MAX_ZONES)
          .describe('Zones of the subnets below, in their order. The data volume of mode ec2 stays in the first one.'),
        publicSubnetIds: z.array(z.string()).describe('Subnets with a route to an internet gateway, one a zone.'),
        privateSubnetIds: z.array(z.string()).describe('Subnets with a route to the internet through NAT, one a zone.'),
        isolatedSubnetIds: z
          .array(z.string())
          .min(2)
          .describe(
            'Subnets for the databases, one a zone. Never change them on a live stack: the databases cannot follow.',
          ),
      })
      .optional()
      .describe('Use this VPC instead of making one. Default: a new VPC.'),
    cidr: cidr
      .default('10.0.0.0/16')
      .describe(
        'IPv4 range of the new VPC, /16 to /21. Never change it on a live stack: the subnets would be replaced.',
      ),
    zones: z
      .int()
      .min(1)
      .max(MAX_ZONES)
      .default(2)
      .describe(
        'Availability zones that compute and NAT use. The VPC itself always has two, because databases and balancers need them.',
      ),
    zoneNames: z
      .array(pattern(/^[a-z]{2,3}(-[a-z]+)+-\d[a-z]$/, 'the name of a zone such as us-east-1a'))
      .min(2)
      .max(MAX_ZONES)
      .optional()
      .describe(
        'Names of the zones, as many as network.zones and two at least, where one of the first does not offer what you need: VPC origins of CloudFront, or an instance type. A new name goes to the end: never change the others on a live stack, the subnets would be replaced. Default: the first zones of the account.',
      ),
    natGateways: z
      .int()
      .min(0)
      .max(MAX_ZONES)
      .default(1)
      .describe(
        'NAT gateways or instances, at most one a zone; 0 leaves the VPC without private subnets, in which CloudFront finds its origin. Each gateway costs about $33 a month before traffic.',
      ),
    natType: z
      .enum(['gateway', 'instance'])
      .default('gateway')
      .describe(
        'gateway: managed by AWS. instance: a t4g.nano for about $7 a month, without failover; a newer image of Amazon Linux replaces it when natRelease changes.',
      ),
    natRelease: z
      .string()
      .min(1)
      .max(32)
      .default('1')
      .describe(
        'Any label. NAT instances get the newest Amazon Linux 2023 when it changes, and are replaced for it: for some minutes nothing gets out.',
      ),
    interfaceEndpoints: z
      .array(z.enum(INTERFACE_ENDPOINTS))
      .default([])
      .describe(
        'Interface endpoints. Each costs about $7.30 a month and zone; worth it only without NAT or in a closed network.',
      ),
    flowLogs: z
      .boolean()
      .default(false)
      .describe('Record accepted and refused connections of the VPC in CloudWatch Logs (about $0.50 a GB).'),
  })
  .describe('Where everything lives.');

/** The longest silence of an origin that CloudFront grants an account that asked for a higher quota. */
const MAX_ORIGIN_READ_SECONDS = 180;

/** What every way to the site has. */
const everyAccess = {
  allowedCidrs: z
    .array(cidr)
    .min(1)
    .default(['0.0.0.0/0'])
    .describe('IPv4 ranges that may reach the site. Default: everybody; registration stays closed.'),
  waf: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'AWS WAF: managed rules, tuned so that prompts and uploads pass, and a limit of requests (about $10 a month and $0.60 for a million requests).',
        ),
      requestsPerFiveMinutes: z
        .int()
        .min(10)
        .max(2_000_000_000)
        .default(3000)
        .describe(
          'Requests in five minutes after which an address is refused until it slows down. An office behind one address counts as one: allow about 40 for each person at work.',
        ),
    })
    .prefault({})
    .describe('The firewall in front of the site.'),
  logs: z
    .boolean()
    .default(false)
    .describe(
      'Record requests (address, path and query, status) in a bucket for monitoring.logRetentionDays, about $0.025 a GB and month, and in a log group those that the firewall refuses. They tell who used the site when.',
    ),
};

export const access = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('cloudfront')
        .describe(
          'HTTPS through CloudFront: no domain needed; the origin has no public listener and stands in private subnets, so NAT is needed.',
        ),
      domainName: domainName
        .optional()
        .describe('Own name for the distribution. Default: the name that CloudFront gives.'),
      certificateArn: certificateArn
        .optional()
        .describe('Certificate for domainName; CloudFront takes certificates of us-east-1 only.'),
      originReadTimeoutSeconds: z
        .int()
        .min(30)
        .max(MAX_ORIGIN_READ_SECONDS)
        .default(120)
        .describe(
          'Seconds of silence in an answer after which CloudFront ends the connection; the page then takes it up again. More than 120 needs a higher quota of the account.',
        ),
      ...everyAccess,
    }),
    z.strictObject({
      type: z.literal('domain').describe('HTTPS at a load balancer with a certificate of ACM.'),
      domainName: domainName.describe('Name of the site.'),
      hostedZoneId: pattern(/^Z[A-Z0-9]{5,31}$/, 'a Route 53 zone id such as Z0123456789ABC')
        .optional()
        .describe('Route 53 zone of the name: the record, and the certificate when none is given, are made there.'),
      certificateArn: certificateArn
        .optional()
        .describe(
          'Existing certificate in the region of the stack. Default: one is requested and validated in the hosted zone.',
        ),
      ...everyAccess,
    }),
    z.strictObject({
      type: z.literal('http').describe('Plain HTTP: passwords travel readable. Only for a closed network.'),
      ...everyAccess,
    }),
  ])
  .describe('How people reach the site.');
