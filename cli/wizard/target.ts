import { resolve } from 'node:path';
import { parse } from 'yaml';
import { DEFAULT_PRESET } from '../../config/config-source.ts';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { AwsChoice } from '../aws-clients.ts';
import type { WizardOptions } from '../commands/wizard.ts';
import { EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import type { DeployedStack } from '../stack.ts';
import { wrongText } from './ask.ts';
import { Draft } from './draft.ts';
import { flagName, STACK_FLAG } from './questions.ts';
import { textOf } from './save.ts';

const NEW = '';

/** Every deployment of ours in the account and region. */
export async function existingStacks({ env }: CommandContext, choice: AwsChoice): Promise<DeployedStack[]> {
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  const { awsOptions } = await import('../aws-clients.ts');
  const { librechatStacks } = await import('../stack.ts');
  return await librechatStacks(new CloudFormationClient(awsOptions(env, choice)));
}

/**
 * Name of the deployment that is changed, which `file` makes; undefined for a new one.
 *
 * Without questions it is the one of the file: the same command again changes what it made.
 */
export async function chooseTarget(
  context: CommandContext,
  stacks: readonly DeployedStack[],
  { stack, yes, preset }: WizardOptions,
  file: string,
): Promise<string | undefined> {
  const { env, cwd } = context;
  const text = await textOf(resolve(cwd, file));
  const made = () =>
    text === undefined ? undefined : loadDeploymentConfig({ source: file, env, cwd }).config.stackName;
  const choose = async () => (yes === true ? made() : await askTarget(context, stacks));
  const stackName = stack ?? (stacks.length === 0 ? NEW : await choose());
  if (stackName === undefined || !stacks.some(({ name }) => name === stackName)) return undefined;
  if (made() !== stackName)
    throw new UserError(`${file} does not make ${stackName}`, 'name the file that does with --save-as', EXIT.usage);
  if (preset !== undefined && preset !== (parse(text ?? '') as { preset?: unknown }).preset)
    throw new UserError(`${stackName} is there already`, 'its preset stays: leave --preset out', EXIT.usage);
  return stackName;
}

async function askTarget({ io }: CommandContext, stacks: readonly DeployedStack[]): Promise<string> {
  const changes = stacks.map(({ name, status, description, outputs }) => {
    const hint = [status, description, outputs['SiteUrl']].filter(Boolean).join(', ');
    return { value: name, label: `change ${name}`, hint };
  });
  const options = [{ value: NEW, label: 'a new one' }, ...changes];
  return await io.select({ message: 'Which deployment?', flag: flagName(STACK_FLAG), options });
}

/** Region that is asked for where no setting names one; undefined to leave it to the environment. */
export async function askRegion(
  { io, env, cwd }: CommandContext,
  { yes, region }: WizardOptions,
): Promise<string | undefined> {
  const draft = new Draft(DEFAULT_PRESET, { env, cwd });
  const named = region ?? draft.base.config.region;
  if (named !== undefined || yes === true) return named;
  const question = { path: 'region', message: 'In which AWS region?', flag: '--region' };
  const placeholder = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return await io.text({ ...question, placeholder, validate: (text) => wrongText(draft, question, text) });
}
