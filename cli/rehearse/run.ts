import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import { pythonEnv, PythonEnvError } from '../../rehearsal/python-env.ts';
import { type LocalAws, readReport, REQUIREMENTS, startLocalAws, stopLocalAws } from '../../rehearsal/local-aws.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { RehearseOptions } from '../commands/rehearse.ts';
import type { CommandContext } from '../main.ts';
import { RehearsedDeployment } from './deployment.ts';
import { asEnvFile, processEnvironment } from './print-env.ts';
import {
  deployStep,
  destroyStep,
  enlargeStep,
  type Facts,
  failStep,
  proveStep,
  type Rehearsal,
  repeatStep,
} from './steps.ts';

/** Where a local AWS that was left running is found again. */
const KEPT_FILE = '.rehearsal.json';

/** What no local AWS can show, whatever the configuration. */
const NOT_REHEARSED = [
  'service quotas and capacity of an account',
  'reachability: security groups, routes and network ACLs let nothing through here and stop nothing',
  'start of containers and machines, and so LibreChat itself',
  'durations: AWS takes minutes where this takes seconds',
];

interface StepResult {
  readonly step: string;
  readonly seconds: number;
  readonly facts: Facts;
}

/** Deploys, proves, changes, breaks and deletes a configuration in a local AWS. */
export async function rehearse(context: CommandContext, source: string, options: RehearseOptions): Promise<void> {
  const { io, cwd, env } = context;
  const { stop, keep, set, printEnv } = options;
  const keptFile = join(cwd, KEPT_FILE);
  if (stop === true) {
    await stopKept(io, keptFile);
    return;
  }
  const kept = await readKept(keptFile);
  if (kept !== undefined && printEnv !== undefined) {
    await printEnvironment(io, synthesize(context, source, options, kept), options);
    return;
  }
  if (kept !== undefined && keep === true) {
    throw new UserError('a local AWS was left running here already', 'end it with npm start -- --stop');
  }
  // Before anything is started: a wrong configuration leaves nothing behind.
  loadDeploymentConfig({ source, flags: set, env, cwd });
  const aws = await prepare(io);
  let succeeded = false;
  try {
    await runAll(context, source, options, aws);
    succeeded = true;
    if (keep === true) await keepRunning(io, aws, keptFile);
  } finally {
    if (keep !== true || !succeeded) {
      const isOfInterest = !succeeded && !io.signal.aborted;
      await stopLocalAws(aws, isOfInterest);
      if (isOfInterest) io.info(`what was left to look at: ${aws.state}`);
    }
  }
}

async function runAll(context: CommandContext, source: string, options: RehearseOptions, aws: LocalAws): Promise<void> {
  const { io } = context;
  const begun = Date.now();
  const rehearsal = synthesize(context, source, options, aws);
  const done = await runSteps(io, rehearsal, options);
  if (options.printEnv !== undefined) {
    await printEnvironment(io, rehearsal, options);
    return;
  }
  const summary = await summarize(aws, { source, seconds: (Date.now() - begun) / 1000, ...done });
  io.result(options.json === true ? JSON.stringify(summary, null, 2) : asText(summary, io));
}

async function printEnvironment(io: Io, rehearsal: Rehearsal, { printEnv = '', json }: RehearseOptions): Promise<void> {
  const environment = await processEnvironment(rehearsal, printEnv);
  io.result(json === true ? JSON.stringify(environment, null, 2) : asEnvFile(environment));
}

async function prepare(io: Io): Promise<LocalAws> {
  try {
    io.status('preparing the local AWS');
    return await startLocalAws(await pythonEnv({ requirements: [REQUIREMENTS], io }));
  } catch (error) {
    if (error instanceof PythonEnvError) throw new UserError(error.message, error.hint);
    throw error;
  }
}

function synthesize(
  { io, env, cwd }: CommandContext,
  source: string,
  { set }: RehearseOptions,
  aws: LocalAws,
): Rehearsal {
  const deployment = new RehearsedDeployment({ aws, io, env, cwd, source, flags: set });
  return { aws, deployment, base: deployment.synthesize() };
}

interface Done {
  readonly steps: readonly StepResult[];
  readonly outputs: Readonly<Record<string, string>>;
}

async function runSteps(io: Io, rehearsal: Rehearsal, { only, keep, printEnv }: RehearseOptions): Promise<Done> {
  const results: StepResult[] = [];
  const step = async (name: string, action: () => Promise<Facts>) => {
    io.signal.throwIfAborted();
    const begun = Date.now();
    io.status(name);
    const facts = await action();
    const seconds = (Date.now() - begun) / 1000;
    results.push({ step: name, seconds, facts });
    io.info(
      `${io.colors.green('✓')} ${name} (${seconds.toFixed(1)} s)${facts.map((fact) => `\n    ${fact}`).join('')}`,
    );
  };
  await step('bootstrap', async () => {
    await rehearsal.deployment.bootstrap();
    return [];
  });
  await step('deploy', () => deployStep(rehearsal));
  await step('prove', async () =>
    (await proveStep(rehearsal)).flatMap(({ store, facts }) => facts.map((fact) => `${store}: ${fact}`)),
  );
  const { outputs } = await rehearsal.deployment.describe(rehearsal.base);
  if (only === 'deploy' || printEnv !== undefined) return { steps: results, outputs };
  await step('deploy again', () => repeatStep(rehearsal));
  await step('enlarge', () => enlargeStep(rehearsal));
  await step('fail and roll back', () => failStep(rehearsal));
  if (keep !== true) await step('destroy', () => destroyStep(rehearsal));
  return { steps: results, outputs };
}

type Summary = Awaited<ReturnType<typeof summarize>>;

async function summarize(aws: LocalAws, done: Done & { readonly source: string; readonly seconds: number }) {
  const { stores, notes } = await readReport(aws);
  return {
    ...done,
    servers: [...new Set(stores.map(({ logicalId, server }) => `${logicalId}: ${server}`))],
    notShown: [...new Set(notes.map(({ type, note }) => `${type}: ${note}`)), ...NOT_REHEARSED],
  };
}

function asText({ source, seconds, outputs, servers, notShown }: Summary, { resultColors }: Io): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', resultColors.bold(title), ...lines.map((line) => `  ${line}`)];
  return [
    `${source} was rehearsed in ${seconds.toFixed(0)} s.`,
    ...section(
      'Outputs',
      Object.entries(outputs).map(([key, value]) => `${key}: ${value}`),
    ),
    ...section('Servers behind the databases', servers),
    ...section('Not shown here', notShown),
  ].join('\n');
}

async function keepRunning(io: Io, aws: LocalAws, file: string): Promise<void> {
  await writeFile(file, `${JSON.stringify(aws, null, 2)}\n`, { mode: 0o600 });
  io.info(`the local AWS goes on running (pid ${aws.pid}); to talk to it:`);
  for (const [name, value] of Object.entries(aws.env)) io.info(`  export ${name}=${value}`);
  io.info('to end it: npm start -- --stop');
}

async function readKept(file: string): Promise<LocalAws | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LocalAws);
}

async function stopKept(io: Io, file: string): Promise<void> {
  const aws = await readKept(file);
  if (aws === undefined)
    throw new UserError('no local AWS was left running here', 'start one with npm start -- --keep');
  await stopLocalAws(aws);
  await rm(file, { force: true });
  io.info(`ended the local AWS (pid ${aws.pid})`);
}
