import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ConfigError, loadDeploymentConfig, resolvePreset } from '../../config/deployment-config.ts';
import type { Problem } from '../../config/problems.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { type Analysis, analyzeStack, summarize } from '../analyze/run.ts';
import { type AwsOptions, awsOptions } from '../aws-clients.ts';
import { knownError } from '../aws-errors.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { range } from '../cost/format.ts';
import type { Range } from '../cost/usage.ts';
import { findingLines, type NamedFinding } from '../findings.ts';
import { describeLeft, tell, type ToldLeftover } from '../inspect/check.ts';
import { findLeftovers } from '../inspect/leftovers.ts';
import { lineageOf } from '../inspect/lineage.ts';
import { type Status, statusOf } from '../inspect/status.ts';
import type { Colors } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { checkSetup, isLoggedIn, NOBODY } from '../setup/check.ts';
import { CHECKS } from '../setup/checks.ts';
import { bedrock } from '../setup/models.ts';
import { quotas } from '../setup/quotas.ts';
import { zones } from '../setup/zones.ts';
import { requireStack } from '../stack.ts';

/** Why a section has nothing to tell. */
interface Unknown {
  readonly unknown: string;
}

interface Configuration {
  readonly base: string;
  readonly problems: readonly Problem[];
}

interface MonthlyCost {
  readonly nobody: Range;
  readonly used: Range;
  readonly note: string | undefined;
}

/** Everything that can be told without changing anything. */
export interface Diagnosis {
  readonly isWell: boolean;
  readonly setup: readonly NamedFinding[];
  readonly configuration: Configuration;
  readonly status: Status | Unknown;
  readonly analysis: Analysis | Unknown;
  readonly leftovers: readonly ToldLeftover[] | Unknown;
  readonly monthlyUsd: MonthlyCost | Unknown;
}

const HOURS = 24;

export async function doctor(
  { io, env, cwd }: CommandContext,
  source: string | undefined,
  options: DoctorOptions,
): Promise<Diagnosis> {
  io.status('reading the configuration');
  const { config, ...configuration } = configured(() => loadDeploymentConfig({ source, flags: options.set, env, cwd }));
  const aws = awsOptions(env, { profile: options.profile, region: options.region ?? config?.region });
  io.status('checking what a deployment needs');
  // Without a configuration nobody knows which zones, quotas and models count; the rest needs none.
  const checks = config === undefined ? CHECKS.filter((check) => ![zones, quotas, bedrock].includes(check)) : CHECKS;
  const surroundings = { config: config ?? resolvePreset('minimal-dev'), env, now: new Date() };
  const setup = await checkSetup(checks, { ...surroundings, aws: { ...aws, maxAttempts: 2 } });
  const mayAsk = isLoggedIn(setup);

  io.status('looking at the stack');
  const client = new CloudFormationClient(aws);
  const name = options.stack ?? surroundings.config.stackName;
  const nobody = { unknown: NOBODY };
  const stack = mayAsk ? await orUnknown(requireStack(client, name)) : nobody;
  const status = 'unknown' in stack ? stack : await orUnknown(statusOf(client, stack, aws));
  const asked = { hours: HOURS, drift: options.drift };
  const analysis = 'unknown' in stack ? stack : await orUnknown(analyzeStack(stack, aws, asked, io));
  io.status('looking for what earlier stacks left');
  const leftovers = mayAsk ? await orUnknown(leftOf(client, name, aws)) : nobody;
  io.status('computing the bill');
  const monthlyUsd = config === undefined ? { unknown: 'the configuration is refused' } : await orUnknown(bill(config));
  io.status('');
  const isReady = configuration.problems.length === 0 && setup.every(({ severity }) => severity !== 'bad');
  return {
    isWell: isReady && ('unknown' in analysis || analysis.isWell),
    ...{ setup, configuration, status, analysis, leftovers, monthlyUsd },
  };
}

function configured(
  load: () => { config: DeploymentConfig; base: string },
): Configuration & { config?: DeploymentConfig } {
  try {
    const { config, base } = load();
    return { config, base, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { base: 'refused', problems: error.problems };
  }
}

async function orUnknown<T>(asked: Promise<T>): Promise<T | Unknown> {
  try {
    return await asked;
  } catch (error) {
    const known = knownError(error);
    if (known === undefined) throw error;
    return { unknown: known.message };
  }
}

async function leftOf(client: CloudFormationClient, name: string, aws: AwsOptions): Promise<ToldLeftover[]> {
  const found = await findLeftovers(await lineageOf(client, name), name, aws);
  return found.map((leftover) => tell(leftover, name));
}

async function bill(config: DeploymentConfig): Promise<MonthlyCost> {
  const { priceOfConfig } = await import('../cost/subject.ts');
  const { idle, used, note } = priceOfConfig(config);
  return { nobody: idle.total, used: used.total, note };
}

/** Sections: what each is about, what it tells, which command tells more. */
export function describeDiagnosis(diagnosis: Diagnosis, colors: Colors): string {
  const { bold, dim } = colors;
  const { setup, configuration, status, analysis, leftovers, monthlyUsd } = diagnosis;
  const problems = configuration.problems.map(({ path, message }) => `${path}: ${message}`);
  const section = (title: string, command: string, lines: readonly string[]) =>
    [bold(title), ...lines.map((line) => `  ${line}`), dim(`  more: npx tsx cli/main.ts ${command}`)].join('\n');
  return [
    section('what a deployment needs', 'setup', linesOfSetup(setup, colors)),
    section(`configuration: ${configuration.base}`, 'config show', problems.length === 0 ? ['in order'] : problems),
    section('stack', 'status', 'unknown' in status ? [status.unknown] : linesOfStatus(status)),
    section('findings', 'analyze', 'unknown' in analysis ? [analysis.unknown] : linesOfAnalysis(analysis, colors)),
    section('left of earlier stacks', 'check-resources', linesOfLeft(leftovers)),
    section('bill', 'estimate', 'unknown' in monthlyUsd ? [monthlyUsd.unknown] : linesOfBill(monthlyUsd)),
  ].join('\n');
}

/** All that is not in order, and the names of what is. */
function linesOfSetup(setup: readonly NamedFinding[], colors: Colors): string[] {
  const isWell = ({ severity }: NamedFinding) => severity === 'ok';
  const well = [...new Set(setup.filter(isWell).map(({ check }) => check))].join(', ');
  return [
    ...findingLines(
      setup.filter((one) => !isWell(one)),
      colors,
    ),
    `ok: ${well}`,
  ];
}

function linesOfStatus({ stack, status, about, parts, outputs }: Status): string[] {
  const health = parts.flatMap((part) => part.health);
  const unwell = health.filter(({ isHealthy }) => !isHealthy);
  const count = parts.reduce((sum, { resources }) => sum + resources, 0);
  return [
    [`${stack}: ${status}`, about, `${count} resources`, outputs['SiteUrl']].filter(Boolean).join(', '),
    `${health.length - unwell.length} of ${health.length} parts that can be unwell are well`,
    ...unwell.map(({ what, id, state }) => `unwell: ${what} ${id}: ${state}`),
  ];
}

const linesOfAnalysis = (analysis: Analysis, colors: Colors): string[] => [
  summarize(analysis),
  ...findingLines(
    analysis.findings.filter(({ severity }) => severity === 'bad' || severity === 'warning'),
    colors,
  ),
];

function linesOfLeft(leftovers: Diagnosis['leftovers']): readonly string[] {
  if ('unknown' in leftovers) return [leftovers.unknown];
  return leftovers.length === 0 ? ['nothing'] : describeLeft(leftovers);
}

const linesOfBill = ({ nobody, used, note }: MonthlyCost): string[] => [
  `$${range(nobody)} a month with nobody, $${range(used)} as usually used, without tokens`,
  ...(note === undefined ? [] : [note]),
];
