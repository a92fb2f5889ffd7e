import { type Command, Option } from 'commander';
import type { AwsChoice } from '../aws-clients.ts';
import type { RunAction } from '../main.ts';
import { examples, withAws } from './options.ts';

/** What `local up` was told. */
export interface UpOptions extends AwsChoice {
  readonly bedrock?: boolean;
  readonly json?: boolean;
}

/** What `local logs` was told. */
export interface LogsOptions {
  readonly follow?: boolean;
  readonly json?: boolean;
}

const CODES = 'Exit codes: 0 done, 1 failed or declined, 2 wrong usage, 130 interrupted.';

export function register(command: Command, run: RunAction): void {
  registerUp(command.command('up'), run);
  command
    .command('down')
    .description('stop the containers; their data stays')
    .option('--json', 'print one JSON value')
    .addHelpText('after', `${examples('local down', '', '--json')}\n\n${CODES}`)
    .action(
      run(async (context, { json }: { json?: boolean }) => {
        const { down } = await import('../local/run.ts');
        await down(context);
        context.io.result(json === true ? '{ "isUp": false }' : 'stopped; the data stays');
        return undefined;
      }),
    );
  registerLogs(command.command('logs'), run);
  command
    .command('reset')
    .description('delete the containers with all their data; .env stays')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON value')
    .addHelpText('after', `${examples('local reset', '', '--yes --json')}\n\n${CODES}`)
    .action(
      run(async (context, { yes, json }: { yes?: boolean; json?: boolean }) => {
        const { reset } = await import('../local/run.ts');
        await reset(context, yes === true);
        context.io.result(json === true ? '{ "isReset": true }' : 'accounts, chats and files are gone');
        return undefined;
      }),
    );
}

function registerUp(command: Command, run: RunAction): void {
  withAws(
    command
      .description('start LibreChat and its stores in containers, and wait until they are well')
      .option('--bedrock', 'lend LibreChat and the RAG API your AWS credentials, for Amazon Bedrock'),
  )
    .addHelpText(
      'after',
      `
Makes the secrets that .env lacks, and changes none that it has. Other models come by their keys in .env:
OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_KEY.
${examples('local up', '', '--bedrock --profile work --region eu-central-1')}

${CODES}`,
    )
    .action(
      run(async (context, options: UpOptions) => {
        const { describeUp, up } = await import('../local/run.ts');
        const started = await up(context, options);
        context.io.result(options.json === true ? JSON.stringify(started, null, 2) : describeUp(started));
        return undefined;
      }),
    );
}

function registerLogs(command: Command, run: RunAction): void {
  command
    .description('show the last lines that the containers wrote')
    .argument('[service]', 'one container, such as librechat (default: all)')
    .addOption(new Option('--follow', 'go on with new lines until Ctrl-C').conflicts('json'))
    .option('--json', 'print one JSON value')
    .addHelpText('after', `${examples('local logs', 'librechat --follow', 'rag_api --json')}\n\n${CODES}`)
    .action(
      run(async (context, service: string | undefined, options: LogsOptions) => {
        const { logs } = await import('../local/run.ts');
        await logs(context, service, options);
        return undefined;
      }),
    );
}
