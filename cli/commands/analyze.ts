import type { Command } from 'commander';
import { EXIT } from '../errors.ts';
import type { RunAction } from '../main.ts';
import { examples, hours, type StackOptions, withStack } from './options.ts';

/** What the command was told. */
export interface AnalyzeOptions extends StackOptions {
  readonly hours: number;
  readonly drift: boolean;
}

export function register(command: Command, run: RunAction): void {
  withStack(command)
    .option('--hours <number>', 'age of the oldest log line', hours, 24)
    .option('--no-drift', 'do not look for changes behind the back of the stack, which takes minutes')
    .addHelpText(
      'after',
      `
Looks for what is wrong with a stack or will be: its state, drift, targets, services and tasks that stopped, alarms,
errors in the logs, certificates, versions, sizes, backups. Each finding has its remedy; what AWS refuses to tell is unknown.

${examples('analyze', '--no-drift', '--stack LibreChatStack-prod --region eu-central-1 --hours 6 --json').trimStart()}

Exit codes: 0 nothing is bad, 1 something is bad, or failed; 2 wrong usage, 130 interrupted.`,
    )
    .action(
      run(async ({ io, ...context }, options: AnalyzeOptions) => {
        const { analyze, describeAnalysis } = await import('../analyze/run.ts');
        const analysis = await analyze({ io, ...context }, options);
        io.result(
          options.json === true ? JSON.stringify(analysis, null, 2) : describeAnalysis(analysis, io.resultColors),
        );
        return analysis.isWell ? EXIT.done : EXIT.failed;
      }),
    );
}
