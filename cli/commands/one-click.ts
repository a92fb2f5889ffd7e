import { type Command, InvalidArgumentError } from 'commander';
import type { RunAction } from '../main.ts';
import { collect, examples } from './options.ts';

/** What the command was told. */
export interface OneClickOptions {
  readonly set: readonly string[];
  readonly bucketPrefix?: string;
  readonly region: readonly string[];
  readonly output: string;
  readonly shareWith: readonly string[];
  readonly publish?: boolean;
  readonly profile?: string;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  command
    .argument('[source]', 'preset or file of mode ec2', 'minimal-dev')
    .option('--bucket-prefix <name>', 'buckets with the files are named <name>-<region>', bucketPrefix)
    .option('--set <path=value>', 'change one setting, repeatable', collect, [])
    .option('--output <path>', 'template to write', 'librechat-cloudformation.yaml')
    .option('--publish', 'put files and template into the buckets, which are made if missing and must be its own')
    .option('--region <name>', 'region to publish to, repeatable', collect, [])
    .option('--share-with <account>', 'account that may launch it too, repeatable; earlier ones stay', account, [])
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--json', 'print one JSON value')
    .addHelpText(
      'after',
      `
Writes a plain CloudFormation template with parameters, which the console launches without the CDK.

${examples('one-click', '--bucket-prefix my-librechat', 'standard-dev --bucket-prefix my-librechat --publish --region us-east-1 --region eu-west-1').trimStart()}

Exit codes: 0 written, 1 failed, 2 wrong usage or configuration, 130 interrupted.`,
    )
    .action(
      run(async (context, source: string, options: OneClickOptions) => {
        const { oneClick } = await import('../one-click/run.ts');
        const made = await oneClick(context, source, options);
        const { io } = context;
        if (options.json === true) io.result(JSON.stringify(made, null, 2));
        else {
          io.info(`${made.file}: ${Math.ceil(made.bytes / 1000)} kB`);
          io.result(
            made.published.length === 0
              ? made.file
              : made.published.map(({ quickCreateUrl }) => quickCreateUrl).join('\n'),
          );
        }
        return undefined;
      }),
    );
}

/** The region is appended, and the whole may have 63 characters. */
function bucketPrefix(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{2,46}[a-z0-9]$/.test(text))
    throw new InvalidArgumentError('expected 4 to 48 lower-case letters, digits and hyphens');
  return text;
}

function account(text: string, earlier: readonly string[]): string[] {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('expected the 12 digits of an AWS account');
  return collect(text, earlier);
}
