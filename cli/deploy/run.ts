import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import type { ResourcesOfTemplate } from '../../lib/utils/replacement.ts';
import { awsEnvironment, type AwsOptions, awsOptions } from '../aws-clients.ts';
import { cdk } from '../cdk.ts';
import type { DeployOptions } from '../commands/deploy.ts';
import { Aborted, EXIT, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { CommandContext } from '../main.ts';
import { type DeployedStack, findStack, isBusy, untilSettled } from '../stack.ts';
import { oneLine, watchStack } from '../stack-progress.ts';
import { ChangeSet, type PlannedChange, summarizeChanges } from './change-set.ts';
import { explainFailure, type Failure } from './failure.ts';
import { checkNamed, lossesOf, refuseLosses } from './refusal.ts';

/** States in which CloudFormation takes a change; a create that was rolled back is deleted and made anew by the CDK. */
const CHANGEABLE =
  /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|ROLLBACK_COMPLETE|REVIEW_IN_PROGRESS|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/;

const SETTLED = /^(CREATE_COMPLETE|UPDATE_COMPLETE)$/;

export interface DeployResult {
  readonly stack: string;
  readonly status: string;
  readonly changes: readonly PlannedChange[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/** One deployment: what is asked for, where to, and how to talk about it. */
interface Deployment {
  readonly io: Io;
  readonly config: DeploymentConfig;
  readonly template: ResourcesOfTemplate;
  readonly assembly: string;
  readonly aws: AwsOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly client: CloudFormationClient;
  readonly options: DeployOptions;
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
  const { config } = loadDeploymentConfig({ source, flags: options.set, env: context.env, cwd });
  const choice = { profile: options.profile, region: options.region ?? config.region };
  const folder = await mkdtemp(join(tmpdir(), 'librechat-deploy-'));
  try {
    const deployment = await prepare(context, { ...config, region: choice.region }, options, folder, choice);
    const before = await settledStack(deployment);
    const changes = await change(deployment, before);
    const after = await findStack(deployment.client, config.stackName);
    const result = {
      stack: config.stackName,
      status: after?.status ?? 'no stack',
      changes,
      outputs: after?.outputs ?? {},
      seconds: Math.round((Date.now() - begun) / 1000),
    };
    if (options.outputsFile !== undefined)
      await writeFile(
        resolve(cwd, options.outputsFile),
        `${JSON.stringify({ [config.stackName]: result.outputs }, null, 2)}\n`,
      );
    return result;
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
  io.status('synthesizing');
  const assembly = join(folder, 'assembly');
  const { app, stack } = buildApp(config, { outdir: assembly });
  const template = app.synth().getStackByName(stack.stackName).template as ResourcesOfTemplate;
  const client = new CloudFormationClient(aws);
  return { io, config, template, assembly, aws, env: awsEnvironment(env, choice), client, options };
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

/** The stack as it is once nothing runs: a deployment that was cut off goes on in AWS, and is waited for. */
async function settledStack({ client, config, io }: Deployment): Promise<DeployedStack | undefined> {
  const stack = await findStack(client, config.stackName);
  if (stack === undefined) return undefined;
  if (isBusy(stack)) {
    io.info(`${stack.name} is ${stack.status}: waiting for what was begun before`);
    await untilSettled(client, stack.name, io.signal);
  }
  const settled = await findStack(client, config.stackName);
  if (settled?.status === 'ROLLBACK_COMPLETE' && settled.isProtected)
    throw new UserError(
      `${settled.name} is what a failed first deployment left, and it is protected from deletion`,
      `delete it with 'npx tsx cli/main.ts cleanup --stack ${settled.name} --lift-protection', then deploy again`,
    );
  if (settled === undefined || CHANGEABLE.test(settled.status)) return settled;
  throw new UserError(
    `${settled.name} is ${settled.status} (${settled.statusReason ?? 'no reason given'})`,
    /DELETE|^ROLLBACK_FAILED/.test(settled.status)
      ? "finish its deletion with 'npx tsx cli/main.ts cleanup', then deploy again"
      : `continue the rollback: aws cloudformation continue-update-rollback --stack-name ${settled.name}`,
  );
}

async function change(deployment: Deployment, before: DeployedStack | undefined): Promise<readonly PlannedChange[]> {
  const { io, client, config, template, options } = deployment;
  const changeSet = await plan(deployment);
  if (changeSet === undefined) {
    io.info('no changes');
    return [];
  }
  try {
    showPlan(io, changeSet.changes);
    const isNew = before === undefined || /^(ROLLBACK_COMPLETE|REVIEW_IN_PROGRESS)$/.test(before.status);
    if (!isNew) refuseLosses(await lossesOf(client, config.stackName, template, changeSet.changes), options.replace);
    if (options.dryRun === true) {
      io.info('nothing was changed (--dry-run)');
      await dropPlan(deployment, changeSet, isNew);
      return changeSet.changes;
    }
    const agreed = await io.confirm(`Deploy ${config.stackName}?`, { answered: options.yes });
    if (!agreed) throw new Aborted('Deployment');
  } catch (error) {
    await dropPlan(deployment, changeSet, before === undefined);
    throw error;
  }
  await execute(deployment, changeSet);
  return changeSet.changes;
}

/** Publishes the assets and has CloudFormation compute the change set, by the CDK's own CLI. */
async function plan({ io, client, config, assembly, env }: Deployment): Promise<ChangeSet | undefined> {
  io.status('publishing assets, computing the change set');
  const name = `librechat-${Date.now().toString(36)}`;
  const { code, output } = await cdk(
    [
      'deploy',
      '--app',
      assembly,
      '--all',
      '--require-approval',
      'never',
      '--method',
      'prepare-change-set',
      '--change-set-name',
      name,
    ],
    { env, cwd: assembly, signal: io.signal },
  );
  io.signal.throwIfAborted();
  if (code !== 0) throw planFailure(output, config);
  return await ChangeSet.read(client, config.stackName, name);
}

function planFailure(output: string, { account, region }: DeploymentConfig): UserError {
  const line = oneLine(
    output.split('\n').findLast((text) => /error|fail|❌|denied|expired/i.test(text)) ?? output.trim(),
  );
  if (/bootstrap/i.test(output))
    return new UserError(
      'this account and region have not been bootstrapped for the CDK',
      `run 'npx cdk bootstrap aws://${account ?? 'ACCOUNT'}/${region ?? 'REGION'}' once, then deploy again`,
    );
  return new UserError(`the change set could not be made: ${line}`);
}

/** A stack that holds nothing but a dropped change set is no stack: nothing is left of it either. */
async function dropPlan({ client, config }: Deployment, changeSet: ChangeSet, isNew: boolean): Promise<void> {
  await changeSet.drop();
  if (!isNew) return;
  const stack = await findStack(client, config.stackName);
  if (stack?.status !== 'REVIEW_IN_PROGRESS') return;
  const { DeleteStackCommand } = await import('@aws-sdk/client-cloudformation');
  await client.send(new DeleteStackCommand({ StackName: stack.id }));
}

async function execute({ io, client, config, aws }: Deployment, changeSet: ChangeSet): Promise<void> {
  const failures: Failure[] = [];
  const running = changeSet.execute().then(() => untilSettled(client, config.stackName, io.signal));
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
    running,
  );
  const after = await findStack(client, config.stackName);
  if (after !== undefined && SETTLED.test(after.status)) return;
  const [failure] = failures;
  const state = `${config.stackName} is ${after?.status ?? 'gone'}`;
  if (failure === undefined)
    throw new UserError(`the deployment failed, ${state}: ${history.firstFailure ?? 'no resource says why'}`);
  const log = failure.log.map((line) => `\n  | ${line}`).join('');
  throw new UserError(
    `the deployment failed, ${state}\n  ${failure.logicalId} (${failure.type}): ${oneLine(failure.reason)}${failure.cause === undefined ? '' : `\n  why: ${failure.cause}`}${log}\n`,
    failure.remedy,
  );
}

function showPlan(io: Io, changes: readonly PlannedChange[]): void {
  io.info(`${io.colors.bold('Changes:')} ${summarizeChanges(changes)}`);
  const shown = changes.filter(({ action, replacement }) => action !== 'Add' || replacement === 'True');
  const mark = (change: PlannedChange) =>
    change.action === 'Remove'
      ? '-'
      : change.replacement === 'True'
        ? '±'
        : change.replacement === 'Conditional'
          ? '?'
          : '~';
  for (const change of shown)
    io.info(`  ${mark(change)} ${change.logicalId} (${change.type})${change.holdsData ? ', holds data' : ''}`);
}
