import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import type { DeploymentConfig } from '../../config/schema.ts';
import type { AwsOptions } from '../aws-clients.ts';
import { type Resource, resourcesOf } from '../cost/template.ts';
import { type Finding, guarded } from '../findings.ts';
import type { SetupCheck } from './check.ts';
import * as use from './use.ts';

/** What a deployment asks of a quota. */
interface Demand {
  readonly config: DeploymentConfig;
  readonly resources: readonly Resource[];
  readonly aws: AwsOptions;
}

interface QuotaRow {
  readonly name: string;
  readonly service: string;
  readonly code: string;
  readonly needed: (demand: Demand) => number;
  /** What is taken already; undefined when no call tells. */
  readonly used: (aws: AwsOptions, quota: ServiceQuota) => Promise<number | undefined>;
}

const count = ({ resources }: Demand, ...types: readonly string[]): number =>
  resources.filter(({ type }) => types.includes(type)).length;

/** Quotas that deployments run into. Codes: Service Quotas, 'list-service-quotas'. */
const QUOTAS: readonly QuotaRow[] = [
  {
    name: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    needed: (demand) => count(demand, 'AWS::EC2::VPC'),
    used: use.vpcs,
  },
  {
    name: 'elastic IP addresses',
    service: 'ec2',
    code: 'L-0263D0A3',
    needed: (demand) => count(demand, 'AWS::EC2::EIP'),
    used: use.addresses,
  },
  {
    name: 'NAT gateways in a zone',
    service: 'vpc',
    code: 'L-FE5A380F',
    // At most one a zone.
    needed: (demand) => Math.min(1, count(demand, 'AWS::EC2::NatGateway')),
    used: use.natGatewaysInAZone,
  },
  {
    name: 'database instances',
    service: 'rds',
    code: 'L-7B6409FD',
    needed: (demand) => count(demand, 'AWS::RDS::DBInstance', 'AWS::DocDB::DBInstance'),
    used: use.databases,
  },
  {
    name: 'vCPUs of EC2 instances',
    service: 'ec2',
    code: 'L-1216C47A',
    needed: ({ resources }) =>
      resources
        .filter(({ type }) => type === 'AWS::EC2::Instance')
        .map(({ properties }) => vcpusOf(String(properties['InstanceType'])))
        .reduce((sum, vcpus) => sum + vcpus, 0),
    used: use.metered,
  },
  { name: 'vCPUs of Fargate', service: 'fargate', code: 'L-3032A538', needed: fargateVcpus, used: use.metered },
];

/** `m7g.2xlarge` has 8, and what is smaller than xlarge 2 at the most. */
function vcpusOf(instanceType: string): number {
  const size = /\.(\d*)xlarge/.exec(instanceType)?.[1];
  return size === undefined ? 2 : 4 * Number(size || 1);
}

/** All tasks at their most. */
function fargateVcpus({ config }: Demand): number {
  if (config.mode !== 'ecs') return 0;
  const { librechat, ragApi, meilisearch } = config.service;
  const units = [
    librechat.cpu * librechat.maxTasks,
    config.features.rag ? ragApi.cpu * ragApi.tasks : 0,
    config.features.search ? meilisearch.cpu : 0,
  ];
  return units.reduce((sum, part) => sum + part, 0) / 1024;
}

export const quotas: SetupCheck = {
  name: 'quotas',
  needsAccount: true,
  run: async ({ aws, config }) => {
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    const { findStack } = await import('../stack.ts');
    if ((await findStack(new CloudFormationClient(aws), config.stackName)) !== undefined)
      return [{ severity: 'ok', what: `${config.stackName} is there already, with all that it takes` }];
    const { synthesize } = await import('../cost/subject.ts');
    const resources = resourcesOf(synthesize(config), config.region ?? aws.region ?? 'us-east-1');
    const found = QUOTAS.map((row) =>
      guarded(() => quotaFindings(row, { config, resources, aws }), { check: `quota ${row.name}` }),
    );
    return (await Promise.all(found)).flat();
  },
};

async function quotaFindings(row: QuotaRow, demand: Demand): Promise<Finding[]> {
  const needed = row.needed(demand);
  if (needed === 0) return [];
  const quota = await use.quotaOf(demand.aws, row.service, row.code);
  const limit = quota.Value ?? 0;
  const used = await row.used(demand.aws, quota);
  const check = `quota ${row.name}`;
  const what = `${needed} needed, ${used === undefined ? 'use not known' : `${used} used`}, ${limit} allowed`;
  if (needed + (used ?? 0) <= limit) return [{ check, severity: 'ok', what }];
  const remedy = `aws service-quotas request-service-quota-increase --service-code ${row.service} --quota-code ${row.code} --desired-value ${needed + (used ?? 0)}`;
  return [{ check, severity: 'bad', what, remedy }];
}
