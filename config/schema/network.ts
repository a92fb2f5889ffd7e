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
    natGateways: z
      .int()
      .min(0)
      .max(MAX_ZONES)
      .default(0)
      .describe('NAT gateways or instances, at most one a zone. Each gateway costs about $33 a month before traffic.'),
    natType: z
      .enum(['gateway', 'instance'])
      .default('gateway')
      .describe('gateway: managed by AWS. instance: a t4g.nano for about $7 a month, without failover.'),
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

const allowedCidrs = z
  .array(cidr)
  .min(1)
  .default(['0.0.0.0/0'])
  .describe('IPv4 ranges that may reach the site. Default: everybody; registration stays closed.');

export const access = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('cloudfront')
        .describe('HTTPS through CloudFront: no domain needed; the origin has no public listener.'),
      domainName: domainName
        .optional()
        .describe('Own name for the distribution. Default: the name that CloudFront gives.'),
      certificateArn: certificateArn
        .optional()
        .describe('Certificate for domainName; CloudFront takes certificates of us-east-1 only.'),
      allowedCidrs,
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
      allowedCidrs,
    }),
    z.strictObject({
      type: z.literal('http').describe('Plain HTTP: passwords travel readable. Only for a closed network.'),
      allowedCidrs,
    }),
  ])
  .describe('How people reach the site.');
