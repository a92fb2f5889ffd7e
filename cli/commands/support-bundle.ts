import type { Command } from 'commander';
import type { RunAction } from '../main.ts';
import { examples, hours, type StackOptions, withStack } from './options.ts';

/** What the command was told. */
export interface SupportBundleOptions extends StackOptions {
  readonly hours: number;
  readonly output?: string;
  readonly config?: string;
}

export function register(command: Command, run: RunAction): void {
  withStack(command)
    .option('--hours <number>', 'age of the oldest log line', hours, 3)
    .option('--output <path>', 'archive to write (default: librechat-support-<stack>-<time>.tar.gz)')
    .option(
      '--config <source>',
      'preset or file that the stack was deployed from, to put it in (default: as for config show)',
    )
    .addHelpText(
      'after',
      `
Collects versions, configuration, template, events, tasks, machine, databases, alarms and logs into one archive.
Whatever looks like a secret or an e-mail address is masked; manifest.json in it says what and how often.

${examples('support-bundle', '--hours 12', '--stack Chat --output chat.tar.gz --json').trimStart()}

Exit codes: 0 written, 1 failed, 2 wrong usage, 130 interrupted.`,
    )
    .action(
      run(async (context, options: SupportBundleOptions) => {
        const { supportBundle } = await import('../support/bundle.ts');
        const bundle = await supportBundle(context, options);
        const { io } = context;
        if (options.json === true) io.result(JSON.stringify(bundle, null, 2));
        else {
          for (const { what, reason } of bundle.missing) io.warn(`without ${what}: ${reason}`);
          const masked = bundle.files
            .flatMap((file) => Object.values(file.masked))
            .reduce((sum, count) => sum + count, 0);
          io.info(`${bundle.files.length} files, ${masked} values masked: look through it before you send it`);
          io.result(bundle.archive);
        }
        return undefined;
      }),
    );
}
