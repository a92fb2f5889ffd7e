import type { AnalysisContext, Check, Finding } from '../../../cli/analyze/check.ts';
import { awsOptions } from '../../../cli/aws-clients.ts';
import type { DeployedStack } from '../../../cli/stack.ts';

export const now = new Date('2026-11-24T12:00:00Z');

/** A moment so many hours before now. */
export const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
export const daysAgo = (days: number) => hoursAgo(24 * days);

export const stack: DeployedStack = {
  name: 'Chat',
  id: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Chat/1',
  status: 'UPDATE_COMPLETE',
  statusReason: undefined,
  outputs: {},
  tags: { Application: 'LibreChat', Environment: 'production' },
  isProtected: true,
  description: 'LibreChat v0.8.8 (ecs, production)',
  changedAt: daysAgo(10),
};

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };

/** Resources by their logical ids, each as its type and its physical id. */
export type Resources = Readonly<Record<string, readonly [type: string, id: string]>>;

export function contextOf(resources: Resources = {}, changes: Partial<DeployedStack> = {}): AnalysisContext {
  const owned = Object.entries(resources).map(([logicalId, [type, id]]) => ({
    logicalId,
    type: `AWS::${type}`,
    id,
    stackId: stack.id,
  }));
  return {
    stack: { ...stack, ...changes },
    aws: { ...awsOptions(keys), maxAttempts: 1 },
    owned: (...types) => owned.filter(({ type }) => types.length === 0 || types.includes(type)),
    now,
    hours: 24,
    tell: () => undefined,
  };
}

/** What a check finds, each as severity, logical id, text. */
export async function look(
  check: Check,
  resources: Resources = {},
  changes: Partial<DeployedStack> = {},
): Promise<[Finding['severity'], string, string][]> {
  const found = await check.run(contextOf(resources, changes));
  return found.map(({ severity, what, where }) => [severity, where?.logicalId ?? '', what]);
}

/** The remedies that a check gives. */
export const remedies = async (check: Check, resources: Resources = {}, changes: Partial<DeployedStack> = {}) =>
  (await check.run(contextOf(resources, changes))).map(({ remedy }) => remedy);

/** An error as the SDK throws it. */
export const refused = (name: string, message = 'as AWS says it') =>
  Object.assign(new Error(message), { name, $metadata: {} });
