import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type AwsOptions, awsOptions } from '../aws-clients.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { CommandContext } from '../main.ts';
import { type DeployedStack, environmentOf, requireStack } from '../stack.ts';
import { type CostSoFar, costSoFar } from './cost.ts';
import { type Health, healthOf } from './health.ts';
import { ownedBy } from './lineage.ts';

export interface Part {
  readonly part: string;
  readonly resources: number;
  readonly health: readonly Health[];
}

/** What a stack is and has, and how it is. */
export interface Status {
  readonly stack: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly about: string;
  readonly environment: string | undefined;
  readonly changedAt: string | undefined;
  readonly isProtected: boolean;
  readonly parts: readonly Part[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly cost: CostSoFar | undefined;
}

export async function status({ env, io }: CommandContext, options: StatusOptions): Promise<Status> {
  const aws = awsOptions(env, options);
  io.status('asking AWS');
  const client = new CloudFormationClient(aws);
  const stack = await requireStack(client, options.stack);
  const told = await statusOf(client, stack, aws);
  const result = options.cost === true ? { ...told, cost: await costSoFar(stack.name, aws) } : told;
  io.status('');
  return result;
}

export async function statusOf(client: CloudFormationClient, stack: DeployedStack, aws: AwsOptions): Promise<Status> {
  const owned = await ownedBy(client, stack);
  const health = await healthOf(owned, aws);
  const parts = [...new Set(owned.map(({ logicalId }) => partOf(logicalId)))].sort();
  return {
    stack: stack.name,
    status: stack.status,
    reason: stack.statusReason,
    about: stack.description,
    environment: environmentOf(stack),
    changedAt: stack.changedAt?.toISOString(),
    isProtected: stack.isProtected,
    parts: parts.map((part) => ({
      part,
      resources: owned.filter(({ logicalId }) => partOf(logicalId) === part).length,
      health: health.filter(({ logicalId }) => partOf(logicalId) === part),
    })),
    outputs: stack.outputs,
    cost: undefined,
  };
}

/** Parts as lib/librechat-stack.ts names them: a logical id begins with the id of its construct. */
const PARTS = ['Network', 'Secrets', 'Entrance', 'Storage', 'Database', 'Compute', 'Backup', 'Monitoring'];

export const partOf = (logicalId: string): string =>
  PARTS.find((part) => logicalId.startsWith(part))?.toLowerCase() ?? 'helpers';

export function describeStatus(told: Status): string {
  const facts = [told.status, told.about, told.environment, told.isProtected ? 'protected from deletion' : undefined];
  const changed = told.changedAt === undefined ? '' : `\nlast change: ${told.changedAt}`;
  const reason = (told.reason ?? '') === '' ? '' : `\nreason: ${told.reason ?? ''}`;
  const parts = told.parts.flatMap(({ part, resources, health }) => [
    `  ${part.padEnd(12)}${String(resources).padStart(4)} ${resources === 1 ? 'resource' : 'resources'}`,
    ...health.map(({ what, id, state, isHealthy }) => `    ${isHealthy ? 'ok ' : '!! '} ${what} ${id}: ${state}`),
  ]);
  const outputs = Object.entries(told.outputs).map(([key, value]) => `  ${key}: ${value}`);
  return [
    `${told.stack}: ${facts.filter((fact) => fact !== undefined && fact !== '').join(', ')}${changed}${reason}`,
    ...parts,
    ...(outputs.length === 0 ? [] : ['outputs', ...outputs]),
    ...(told.cost === undefined ? [] : [describeCost(told.cost)]),
  ].join('\n');
}

const describeCost = (cost: CostSoFar) =>
  `cost since ${cost.since}: ${'usd' in cost ? `$${cost.usd.toFixed(2)}` : `unknown, ${cost.unknown}`}`;
