import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type AwsOptions, awsOptions } from '../aws-clients.ts';
import type { AnalyzeOptions } from '../commands/analyze.ts';
import { findingLines, type NamedFinding, runChecks, SEVERITIES } from '../findings.ts';
import { ownedBy } from '../inspect/lineage.ts';
import type { Colors, Io } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { type DeployedStack, requireStack } from '../stack.ts';
import { certificates, images, maintenance, release } from './age.ts';
import { backups } from './backups.ts';
import type { Check } from './check.ts';
import { services, stoppedTasks, targets } from './compute.ts';
import { alarms, logErrors } from './signals.ts';
import { sizing } from './sizing.ts';
import { drift, parts, stackState } from './stack-state.ts';

/** Everything that is asked about a deployed stack. */
const CHECKS: readonly Check[] = [
  ...[stackState, parts, targets, services, stoppedTasks, alarms, logErrors],
  ...[certificates, backups, release, maintenance, images, sizing, drift],
];

/** What is wrong with a stack, the worst first. */
export interface Analysis {
  readonly stack: string;
  /** Whether nothing is bad. */
  readonly isWell: boolean;
  readonly checks: readonly string[];
  readonly findings: readonly NamedFinding[];
}

export async function analyze({ io, env }: CommandContext, options: AnalyzeOptions): Promise<Analysis> {
  const aws = awsOptions(env, options);
  return await analyzeStack(await requireStack(new CloudFormationClient(aws), options.stack), aws, options, io);
}

export async function analyzeStack(
  stack: DeployedStack,
  aws: AwsOptions,
  { hours, drift: looksForDrift }: Pick<AnalyzeOptions, 'hours' | 'drift'>,
  io: Io,
): Promise<Analysis> {
  const checks = CHECKS.filter((check) => looksForDrift || check !== drift);
  if (looksForDrift) io.progress('drift takes some minutes; --no-drift leaves it out');
  const resources = await ownedBy(new CloudFormationClient(aws), stack);
  const tell = (progress: string) => {
    io.status(`analyzing ${stack.name}: ${progress}`);
  };
  const owned = (...types: readonly string[]) =>
    resources.filter(({ type }) => types.length === 0 || types.includes(type));
  const found = await runChecks(checks, { stack, aws, hours, now: new Date(), owned, tell }, (done) => {
    tell(`${done} of ${checks.length} checks done`);
  });
  const rank = ({ severity }: NamedFinding) => SEVERITIES.indexOf(severity);
  const findings = found.sort((one, other) => rank(one) - rank(other));
  io.status('');
  const isWell = findings.every(({ severity }) => severity !== 'bad');
  return { stack: stack.name, isWell, checks: checks.map(({ name }) => name), findings };
}

/** One line: how many findings of which severity. */
export function summarize({ stack, checks, findings }: Analysis): string {
  const counts = SEVERITIES.map((name) => [findings.filter(({ severity }) => severity === name).length, name] as const);
  const told = counts.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  return `${stack}: ${told.length === 0 ? 'nothing found' : told.join(', ')} (${checks.length} checks)`;
}

export const describeAnalysis = (analysis: Analysis, colors: Colors): string =>
  [summarize(analysis), ...findingLines(analysis.findings, colors)].join('\n');
