import { type Command, InvalidArgumentError } from 'commander';
import type { AwsChoice } from '../aws-clients.ts';

/** Options of every command that talks to a deployed stack. */
export interface StackOptions extends AwsChoice {
  readonly stack: string;
  readonly json?: boolean;
}

/** Name of the stack where none is given: what the schema's default is. */
const DEFAULT_STACK = 'LibreChatStack';

/** Adds who to work as and where. */
export function withAws(command: Command): Command {
  return command
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE, or the credentials in use)')
    .option('--region <name>', 'AWS region (default: AWS_REGION)')
    .option('--json', 'print one JSON value');
}

/** Adds the options of {@link StackOptions}. */
export function withStack(command: Command): Command {
  return withAws(command.option('--stack <name>', 'name of the CloudFormation stack', DEFAULT_STACK));
}

/** Collects an option that may be repeated. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

/** Reads an option that is a number of hours. */
export function hours(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 720)) throw new InvalidArgumentError('expected hours from 1 to 720');
  return value;
}

/** Two examples, as every command has them. */
export const examples = (command: string, first: string, second: string): string =>
  `\nExamples:\n${[first, second].map((line) => `  npx tsx cli/main.ts ${`${command} ${line}`.trim()}`).join('\n')}`;

/** Outputs of a stack, one a line. */
export const outputLines = (outputs: Readonly<Record<string, string>>): string =>
  Object.entries(outputs)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
