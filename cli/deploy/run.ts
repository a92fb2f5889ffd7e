import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import type { ResourcesOfTemplate } from '../../lib/utils/replacement.ts';
import { awsEnvironment, type AwsOptions, awsOptions } from '../aws-clients.ts';
import { knownError } from '../aws-errors.ts';
import type { DeployOptions } from '../commands/deploy.ts';
import { Aborted, EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { checkOutput, writeOutput } from '../output.ts';
import { findStack, untilSettled } from '../stack.ts';
import { watchStack } from '../stack-progress.ts';
import type { ChangeSet, PlannedChange } from './change-set.ts';
import { type Deployment, isFirst } from './deployment.ts';
import { explainFailure, type Failure } from './failure.ts';
import { plan } from './plan.ts';
import { checkNamed, deployedTemplate, lossesOf, refuseLosses } from './refusal.ts';
import { settledStack } from './settled.ts';
import { showChanges, showPrice } from './show.ts';

const SETTLED = /^(CREATE_COMPLETE|UPDATE_COMPLETE)$/;

export interface DeployResult {
  readonly stack: string;
  readonly status: string;
  readonly changes: readonly PlannedChange[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/** Deploys a configuration: change set, refusal of losses, consent, execution, outputs. */
export async function deploy(
  context: CommandContext,
  source: string | undefined,
  options: DeployOptions,
): Promise<DeployResult> {
  const { io, cwd } = context;
  const begun = Date.now();
  checkNamed(options.replace);
  const outputsFile = options.outputsFile === undefined ? undefined : resolve(cwd, options.outputsFile);
  if (outputsFile !== undefined) await checkOutput(outputsFile);
  const { config } = loadDeploymentConfig({ source, flags: options.set, env: context.env, cwd });
  const choice = { profile: options.profile, region: options.region ?? config.region };
  const folder = await mkdtemp(join(tmpdir(), 'librechat-deploy-'));
  try {
    const deployment = await prepare(context, { ...config, region: choice.region }, options, folder, choice);
    const { changes, isDone } = await change(deployment);
    const after = await findStack(deployment.client, config.stackName);
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (isDone) io.info(`deployed in ${seconds < 60 ? '' : `${Math.floor(seconds / 60)} min `}${seconds % 60} s`);
    const outputs = after?.outputs ?? {};
    if (outputsFile !== undefined)
      await writeOutput(outputsFile, `${JSON.stringify({ [config.stackName]: outputs }, null, 2)}\n`);
    return { stack: config.stackName, status: after?.status ?? 'no stack', changes, outputs, seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
    io.status('');
  }
}

async function prepare(
  { io, env }: CommandContext,
  config: DeploymentConfig,
  options: DeployOptions,
  folder: string,
  choice: { profile?: string; region?: string },
): Promise<Deployment> {
  const aws = awsOptions(env, choice);
  await checkAccount(config, aws);
  const client = new CloudFormationClient(aws);
  const before = await settledStack(client, config.stackName, options, io);
  io.status('synthesizing');
  const assembly = join(folder, 'assembly');
  const { app, stack } = buildApp(config, { outdir: assembly });
  const wanted = stack.terminationProtection;
  // The CDK's CLI sets it as soon as it has a change set, before anybody agreed.
  stack.terminationProtection = before?.isProtected ?? false;
  const protection = wanted === stack.terminationProtection ? undefined : wanted;
  const template = app.synth().getStackByName(stack.stackName).template as ResourcesOfTemplate;
  return {
    io,
    config,
    template,
    assembly,
    aws,
    env: awsEnvironment(env, choice),
    client,
    options,
    before,
    protection,
  };
}

async function checkAccount({ account }: DeploymentConfig, aws: AwsOptions): Promise<void> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const identity = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
  if (account !== undefined && account !== identity.Account)
    throw new UserError(
      `the configuration is for account ${account}, these credentials are of ${identity.Account ?? 'another'}`,
      'choose another --profile, or correct account in the configuration',
      EXIT.usage,
    );
}

/** Changes the stack, after consent; says whether anything was changed. */
async function change(
  deployment: Deployment,
): Promise<{ readonly changes: readonly PlannedChange[]; readonly isDone: boolean }> {
  const { io, options, protection } = deployment;
  const { changeSet, drop } = await plan(deployment);
  const changes = changeSet?.changes ?? [];
  if (changeSet === undefined && protection === undefined) {
    io.info('no changes');
    return { changes, isDone: false };
  }
  try {
    await consent(deployment, changeSet);
  } catch (error) {
    await drop().catch((left: unknown) => {
      io.warn(`the change set could not be dropped: ${knownError(left)?.message ?? String(left)}`);
    });
    throw error;
  }
  if (options.dryRun === true) {
    await drop();
    io.info('nothing was changed (--dry-run)');
    return { changes, isDone: false };
  }
  try {
    if (changeSet !== undefined) await execute(deployment, changeSet);
    if (protection !== undefined) await protect(deployment, protection);
  } finally {
    if (io.signal.aborted) io.info('what was begun goes on in AWS; run the same command again to see it through');
  }
  return { changes, isDone: true };
}

/** Shows what would happen, refuses what takes data away, and asks. */
async function consent(deployment: Deployment, changeSet: ChangeSet | undefined): Promise<void> {
  const { io, client, config, template, options } = deployment;
  const deployed = isFirst(deployment) ? undefined : await deployedTemplate(client, config.stackName);
  showChanges(deployment, changeSet);
  if (deployed !== undefined) refuseLosses(lossesOf(deployed, template, changeSet?.changes ?? []), options.replace);
  await showPrice(deployment, deployed);
  if (options.dryRun === true) return;
  if (!(await io.confirm(`Deploy ${config.stackName}?`, { answered: options.yes }))) throw new Aborted('Deployment');
}

async function execute({ io, client, config, aws }: Deployment, changeSet: ChangeSet): Promise<void> {
  const failures: Failure[] = [];
  const { history } = await watchStack(
    {
      cloudFormation: client,
      stackName: config.stackName,
      title: 'deploy',
      total: changeSet.changes.length,
      io,
      onFailure: async (event) => {
        failures.push(await explainFailure(event, config.stackName, aws));
      },
    },
    () => changeSet.execute().then(() => untilSettled(client, config.stackName, io.signal)),
  );
  const after = await findStack(client, config.stackName);
  if (after !== undefined && SETTLED.test(after.status)) return;
  const [failure] = failures;
  const state = `${config.stackName} is ${after?.status ?? 'gone'}`;
  if (failure === undefined)
    throw new UserError(`the deployment failed, ${state}: ${history.firstFailure ?? 'no resource says why'}`);
  const { logicalId, type, reason, cause, log, remedy } = failure;
  const lines = [`  ${logicalId} (${type}): ${reason}`, ...(cause === undefined ? [] : [`  why: ${cause}`])];
  throw new UserError(
    [`the deployment failed, ${state}`, ...lines, ...log.map((line) => `  | ${line}`), ''].join('\n'),
    remedy,
  );
}

/** Only now: a first deployment that fails and is protected could not be made anew. */
async function protect({ client, config: { stackName } }: Deployment, isOn: boolean): Promise<void> {
  const asked = { StackName: stackName, EnableTerminationProtection: isOn };
  await client.send(new UpdateTerminationProtectionCommand(asked)).catch((error: unknown) => {
    const reason = knownError(error)?.message ?? String(error);
    throw new UserError(
      `${stackName} was deployed, but its termination protection could not be switched ${isOn ? 'on' : 'off'} (${reason})`,
      'run deploy again: it does what is missing',
    );
  });
}
