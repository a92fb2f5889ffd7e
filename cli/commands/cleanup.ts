import { type Command, Option } from 'commander';
import type { RunAction } from '../main.ts';
import { examples, type StackOptions, withStack } from './options.ts';

/** What the command was told. */
export interface CleanupOptions extends StackOptions {
  readonly keepData?: boolean;
  readonly deleteData?: boolean;
  readonly liftProtection?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;

  /** Whether the stack was named, and is not just the usual one. */
  readonly isNamed: boolean;
}

export function register(command: Command, run: RunAction): void {
  withStack(command)
    .addOption(
      new Option('--keep-data', 'keep databases, files, backups and secrets (default outside development)').conflicts(
        'deleteData',
      ),
    )
    .option('--delete-data', 'delete them too, for good, with snapshots and backups (default in development)')
    .option('--lift-protection', 'lift deletion protection of the stack and of what is deleted with it')
    .option('--dry-run', 'show what would go, and delete nothing')
    .option('--yes', 'do not ask; outside development the stack must then be named with --stack')
    .addHelpText(
      'after',
      `
Deletes a stack and what is left of it: shows what goes and what it costs, asks for the stack's name, deletes in the
order of dependencies, goes on with a deletion that failed or was cut off, and looks that nothing is left.

${examples('cleanup', '--stack LibreChatStack-dev --dry-run', '--stack LibreChatStack-prod --keep-data --lift-protection --yes').trimStart()}

Exit codes: 0 done, 1 failed, declined or something is left, 2 wrong usage or refused, 130 interrupted.`,
    )
    .action(
      run(async (context, options: Omit<CleanupOptions, 'isNamed'>) => {
        const { cleanup, describeCleanup } = await import('../cleanup/run.ts');
        const isNamed = command.getOptionValueSource('stack') === 'cli';
        const done = await cleanup(context, { ...options, isNamed });
        context.io.result(options.json === true ? JSON.stringify(done, null, 2) : describeCleanup(done));
        return undefined;
      }),
    );
}
