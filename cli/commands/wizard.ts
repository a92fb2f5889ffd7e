import type { Command } from 'commander';
import type { AwsChoice } from '../aws-clients.ts';
import type { CommandContext, RunAction } from '../main.ts';
import { optionKey, PEOPLE_FLAG, PRESET_FLAG, QUESTIONS } from '../wizard/questions.ts';
import { collect, examples, outputLines, withAws } from './options.ts';

/** What the command was told. */
export interface WizardOptions extends AwsChoice {
  readonly preset?: string;
  readonly people?: string;
  readonly stack?: string;
  readonly set: readonly string[];
  readonly saveAs: string;
  readonly overwrite?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  withAws(command)
    .option(PRESET_FLAG, 'preset or environment to start from')
    .option(PEOPLE_FLAG, 'people who will use it');
  for (const { flag, path, message } of QUESTIONS) {
    command.option(flag, `${message} (${path})`);
    if (!flag.includes('<')) command.option(flag.replace('--', '--no-'), `not ${path}`);
  }
  command
    .option('--set <path=value>', 'answer with any other setting, repeatable', collect, [])
    .option('--save-as <file>', 'configuration file for the answers', 'librechat.config.yaml')
    .option('--overwrite', 'replace a configuration file that is there')
    .option('--yes', 'take the defaults for all that is not answered, and deploy')
    .option('--dry-run', 'ask and save the answers, without one call to AWS')
    .addHelpText(
      'after',
      `
Asks what the deployment should be, shows what it costs, saves the answers in a configuration file, deploys it.
Ctrl-C at any question leaves nothing behind.

${examples('wizard', '', '--preset production-ecs --domain chat.example.com --hosted-zone Z0123456789ABC --yes --dry-run').trimStart()}

Exit codes: 0 done, 1 failed or declined, 2 wrong usage or an answer is missing, 130 interrupted.`,
    )
    .action(run(ask));
}

type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

async function ask(context: CommandContext, options: WizardOptions & Flags): Promise<undefined> {
  const { wizard } = await import('../wizard/run.ts');
  const answers = new Map(
    QUESTIONS.flatMap(({ flag, path }) => {
      const given = options[optionKey(flag)];
      return given === undefined ? [] : [[path, String(given)] as const];
    }),
  );
  const result = await wizard(context, options, answers);
  if (options.json === true) context.io.result(JSON.stringify(result, null, 2));
  else if (result.deployment === undefined) context.io.result(result.file);
  else context.io.result(outputLines(result.deployment.outputs));
  return undefined;
}
