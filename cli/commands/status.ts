import type { Command } from 'commander';
import type { RunAction } from '../main.ts';
import { examples, type StackOptions, withStack } from './options.ts';

/** What the command was told. */
export interface StatusOptions extends StackOptions {
  readonly cost?: boolean;
}

export function register(command: Command, run: RunAction): void {
  withStack(command)
    .option('--cost', 'ask Cost Explorer what it cost this month; AWS takes $0.01 for the question')
    .addHelpText(
      'after',
      `
Shows what a stack owns, part by part, and how it is: services, machines, databases, targets of the load balancer.

${examples('status', '', '--stack LibreChatStack-prod --region eu-central-1 --cost --json').trimStart()}

Exit codes: 0 shown, also when something is unwell; 1 failed or no such stack, 2 wrong usage, 130 interrupted.`,
    )
    .action(
      run(async (context, options: StatusOptions) => {
        const { describeStatus, status } = await import('../inspect/status.ts');
        const told = await status(context, options);
        context.io.result(options.json === true ? JSON.stringify(told, null, 2) : describeStatus(told));
        return undefined;
      }),
    );
}
