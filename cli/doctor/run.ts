import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ConfigError, loadDeploymentConfig, resolvePreset } from '../../config/deployment-config.ts';
import type { Problem } from '../../config/problems.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { type Analysis, analyzeStack, summarize } from '../analyze/run.ts';
import { awsOptions } from '../aws-clients.ts';
import { explainAwsError } from '../aws-errors.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { range } from '../cost/format.ts';
import type { Range } from '../cost/usage.ts';
import { UserError } from '../errors.ts';
import { type Status, statusOf } from '../inspect/status.ts';
import type { Colors } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { CREDENTIALS, type Finding, runChecks } from '../setup/check.ts';
import { CHECKS } from '../setup/checks.ts';
import { bedrock } from '../setup/models.ts';
import { quotas } from '../setup/quotas.ts';
import { requireStack } from '../stack.ts';
import { priceOf } from '../wizard/price.ts';

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
  readonly setup: readonly Finding[];
  readonly configuration: Configuration;
  readonly status: Status | Unknown;
  readonly analysis: Analysis | Unknown;
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
  // Without a configuration nobody knows which quotas and models count; the rest needs none.
  const checks = config === undefined ? CHECKS.filter((check) => check !== quotas && check !== bedrock) : CHECKS;
  const surroundings = { config: config ?? resolvePreset('minimal-dev'), env, now: new Date() };
  const setup = await runChecks(checks, { ...surroundings, aws: { ...aws, maxAttempts: 2 } });
  const isLoggedIn = setup.every(({ name, state }) => name !== CREDENTIALS || /^(ok|warn)$/.test(state));

  io.status('looking at the stack');
  const client = new CloudFormationClient(aws);
  const name = options.stack ?? surroundings.config.stackName;
  const nobody = { unknown: 'not asked: nobody is logged in to AWS' };
  const stack = isLoggedIn ? await orUnknown(requireStack(client, name)) : nobody;
  const status = 'unknown' in stack ? stack : await orUnknown(statusOf(client, stack, aws));
  const asked = { hours: HOURS, drift: options.drift };
  const analysis = 'unknown' in stack ? stack : await orUnknown(analyzeStack(stack, aws, asked, io));
  io.status('computing the bill');
  const monthlyUsd = await bill(config);
  io.status('');
  const isReady = configuration.problems.length === 0 && setup.every(({ state }) => state !== 'fail');
  return {
    isWell: isReady && ('unknown' in analysis || analysis.isWell),
    ...{ setup, configuration, status, analysis, monthlyUsd },
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
    const known = error instanceof UserError ? error : explainAwsError(error);
    if (known === undefined) throw error;
    return { unknown: known.message };
  }
}

async function bill(config: DeploymentConfig | undefined): Promise<MonthlyCost | Unknown> {
  if (config === undefined) return { unknown: 'the configuration is refused' };
  const price = await priceOf(config);
  if (price === undefined)
    return { unknown: 'the packages of the functions were never fetched, and there is no network' };
  return { nobody: price.idle.total, used: price.used.total, note: price.note };
}

/** Sections: what each is about, what it tells, which command tells more. */
export function describeDiagnosis(diagnosis: Diagnosis, { bold, dim }: Colors): string {
  const { setup, configuration, status, analysis, monthlyUsd } = diagnosis;
  const problems = configuration.problems.map(({ path, message }) => `${path}: ${message}`);
  const section = (title: string, command: string, lines: readonly string[]) =>
    [bold(title), ...lines.map((line) => `  ${line}`), dim(`  more: npx tsx cli/main.ts ${command}`)].join('\n');
  return [
    section('what a deployment needs', 'setup', linesOfSetup(setup)),
    section(`configuration: ${configuration.base}`, 'config show', problems.length === 0 ? ['in order'] : problems),
    section('stack', 'status', 'unknown' in status ? [status.unknown] : linesOfStatus(status)),
    section('findings', 'analyze', 'unknown' in analysis ? [analysis.unknown] : linesOfAnalysis(analysis)),
    section('bill', 'estimate', 'unknown' in monthlyUsd ? [monthlyUsd.unknown] : linesOfBill(monthlyUsd)),
  ].join('\n');
}

function linesOfSetup(setup: readonly Finding[]): string[] {
  const well = setup.filter(({ state }) => state === 'ok').map(({ name }) => name);
  const mend = (remedy: string | undefined) => (remedy === undefined ? '' : `; to mend it: ${remedy}`);
  const others = setup.filter(({ state }) => state !== 'ok');
  return [
    ...others.map(({ name, state, found, remedy }) => `${state}: ${name}: ${found}${mend(remedy)}`),
    `ok: ${[...new Set(well)].join(', ')}`,
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

const linesOfAnalysis = (analysis: Analysis): string[] => [
  summarize(analysis),
  ...analysis.findings
    .filter(({ severity }) => severity === 'bad' || severity === 'warning')
    .map(({ severity, check, what, remedy }) => `${severity}: ${check}: ${what}; remedy: ${remedy}`),
];

const linesOfBill = ({ nobody, used, note }: MonthlyCost): string[] => [
  `$${range(nobody)} a month with nobody, $${range(used)} as usually used, without tokens`,
  ...(note === undefined ? [] : [note]),
];
