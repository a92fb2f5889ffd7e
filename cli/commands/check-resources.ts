import type { Command } from 'commander';
import type { RunAction } from '../main.ts';
import { examples, type StackOptions, withStack } from './options.ts';

export function register(command: Command, run: RunAction): void {
  withStack(command)
    .addHelpText(
      'after',
      `
Shows a stack as status does, and what is left in the account of those of its name that were deleted: found by the
records of CloudFormation and by tag, never by a name that looks alike. Each with what it is, and what to do.

${examples('check-resources', '', '--stack LibreChatStack-dev --json').trimStart()}

Exit codes: 0 shown, whether something is left or not; 1 failed, 2 wrong usage, 130 interrupted.`,
    )
    .action(
      run(async (context, options: StackOptions) => {
        const { checkResources, describeCheck } = await import('../inspect/check.ts');
        const checked = await checkResources(context, options);
        context.io.result(options.json === true ? JSON.stringify(checked, null, 2) : describeCheck(checked));
        return undefined;
      }),
    );
}
