import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { AwsChoice, AwsOptions } from '../aws-clients.ts';
import { Aborted, EXIT, type ExitCode } from '../errors.ts';
import type { CommandContext, RunAction } from '../main.ts';
import { collect, examples, withAws } from './options.ts';

interface SetupOptions extends AwsChoice {
  readonly set: readonly string[];
  readonly createKeyPair?: string;
  readonly writeEnv?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  withAws(command)
    .argument('[source]', 'preset, environment or configuration file that is to be deployed')
    .option('--set <path=value>', 'change one setting, repeatable', collect, [])
    .option('--create-key-pair <name>', 'make an EC2 key pair and keep its private key here')
    .option('--write-env', 'write region, profile and source into .env')
    .option('--overwrite', 'let --write-env replace values that are there')
    .addHelpText(
      'after',
      `
Checks tools, credentials, region, CDK bootstrap, quotas and models, and says how to mend each. Changes nothing, unless
told to by --create-key-pair or --write-env.

${examples('setup', 'production-ecs --region eu-central-1', 'my-config.yaml --profile work --write-env').trimStart()}

Exit codes: 0 nothing stands in the way, 1 a check failed, 2 wrong usage or configuration, 130 interrupted.`,
    )
    .action(run(setup));
}

async function setup(context: CommandContext, source: string | undefined, options: SetupOptions): Promise<ExitCode> {
  const { io, env, cwd } = context;
  const { loadDeploymentConfig } = await import('../../config/deployment-config.ts');
  const { awsOptions } = await import('../aws-clients.ts');
  const { findingLines } = await import('../findings.ts');
  const { checkSetup } = await import('../setup/check.ts');
  const { CHECKS } = await import('../setup/checks.ts');
  const { config } = loadDeploymentConfig({ source, flags: options.set, env, cwd });
  const aws = awsOptions(env, { profile: options.profile, region: options.region ?? config.region });
  io.status('checking');
  // Who asks whether a call works waits for no second wind.
  const checks = await checkSetup(CHECKS, { config, aws: { ...aws, maxAttempts: 2 }, env, now: new Date() });
  if (options.json !== true) io.result(findingLines(checks, io.resultColors).join('\n'));

  const keyPair = await makeKeyPair(context, options, aws);
  const dotenv = options.writeEnv === true ? await writeEnv(context, options, source, aws) : undefined;
  const isReady = checks.every(({ severity }) => severity !== 'bad');
  if (options.json === true) io.result(JSON.stringify({ isReady, checks, keyPair, dotenv }, null, 2));
  return isReady ? EXIT.done : EXIT.failed;
}

async function makeKeyPair(
  { io, cwd }: CommandContext,
  { createKeyPair: name }: SetupOptions,
  aws: AwsOptions,
): Promise<{ name: string; file: string } | undefined> {
  if (name === undefined) return undefined;
  const { createKeyPair } = await import('../setup/key-pair.ts');
  const file = await createKeyPair(name, aws, cwd);
  io.info(`key pair ${name} made, private key in ${file}; use it with instance.keyPairName and instance.sshCidrs`);
  return { name, file };
}

async function writeEnv(
  { io, env, cwd }: CommandContext,
  options: SetupOptions,
  source: string | undefined,
  aws: AwsOptions,
): Promise<readonly string[]> {
  const { dotenvText, PROFILE_VARIABLE, REGION_VARIABLE, setInDotenv } = await import('../dotenv.ts');
  const { SOURCE_VARIABLE } = await import('../../config/text-values.ts');
  const { writeOutput } = await import('../output.ts');
  const values = {
    [REGION_VARIABLE]: aws.region,
    [PROFILE_VARIABLE]: options.profile ?? env['AWS_PROFILE'],
    [SOURCE_VARIABLE]: source,
  };
  const { text, overwritten, names } = setInDotenv(dotenvText(cwd), values);
  for (const { name, before, after } of overwritten) {
    const question = `.env has ${name}=${before}. Replace it by ${after}?`;
    const agreed = await io.confirm(question, { answered: options.overwrite, flag: '--overwrite' });
    if (!agreed) throw new Aborted('Setup');
  }
  await writeOutput(resolve(cwd, '.env'), text, 0o600);
  io.info(`.env has ${names.join(', ')}`);
  return names;
}
