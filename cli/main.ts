import { readFileSync, realpathSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problems.ts';
import { knownError } from './aws-errors.ts';
import { withDotenv } from './dotenv.ts';
import { Aborted, EXIT } from './errors.ts';
import type { ExitCode } from './errors.ts';
import { createIo, onInterruption } from './io.ts';
import type { Interruption, Io } from './io.ts';

/** What every command gets. */
export interface CommandContext {
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** What the file of a command exports: it adds options, help and action to its place in the tree. */
export interface CommandModule {
  /** @param run Wraps an action; the code it returns ends the process, none means done. */
  readonly register: (command: Command, run: RunAction) => void;
}

export type RunAction = <A extends unknown[]>(
  action: (context: CommandContext, ...args: A) => Promise<ExitCode | undefined>,
) => (...args: A) => Promise<void>;

/** Every command: one line here and one file. The file is loaded when the command is called. */
export const COMMANDS: Readonly<Record<string, { about: string; load: () => Promise<CommandModule> }>> = {
  config: { about: 'show, check and document the configuration', load: () => import('./commands/config.ts') },
  deploy: {
    about: 'deploy a configuration, without questions in a pipeline',
    load: () => import('./commands/deploy.ts'),
  },
  status: { about: 'what a stack owns, and how it is', load: () => import('./commands/status.ts') },
  'check-resources': {
    about: 'a stack, and what is left of those that were deleted',
    load: () => import('./commands/check-resources.ts'),
  },
  analyze: { about: 'what is wrong with a stack, with remedies', load: () => import('./commands/analyze.ts') },
  doctor: {
    about: 'everything that can be told without changing anything',
    load: () => import('./commands/doctor.ts'),
  },
  cleanup: {
    about: 'delete a stack and what is left of it, with its data or without',
    load: () => import('./commands/cleanup.ts'),
  },
  setup: { about: 'check what a deployment needs, and say how to mend it', load: () => import('./commands/setup.ts') },
  wizard: { about: 'ask, price, save the answers, deploy', load: () => import('./commands/wizard.ts') },
  'one-click': {
    about: 'make a template that the console launches without the CDK',
    load: () => import('./commands/one-click.ts'),
  },
  'support-bundle': {
    about: 'collect what somebody who helps needs to see, without secrets',
    load: () => import('./commands/support-bundle.ts'),
  },
  estimate: { about: 'what it costs a month, line by line', load: () => import('./commands/estimate.ts') },
  report: {
    about: 'one page about a configuration: picture, bill, findings, data, alarms',
    load: () => import('./commands/report.ts'),
  },
  completion: { about: 'print shell completion', load: () => import('./commands/completion.ts') },
  rehearse: { about: 'deploy into a local AWS with real databases', load: () => import('./commands/rehearse.ts') },
  local: { about: 'run LibreChat and its stores in containers here', load: () => import('./commands/local.ts') },
};

/** The process around the commands; a test gives its own. */
export interface Host {
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Writable & { isTTY?: boolean };
  readonly stderr: Writable & { isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly interruption: Interruption;
}

const PROGRAM = 'npx tsx cli/main.ts';

/** Runs one command line and tells the exit code; never throws. */
export async function runCli(args: readonly string[], host: Host): Promise<ExitCode> {
  const io = ioFor(host);
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json');
  let code: ExitCode = EXIT.done;
  const run: RunAction =
    (action) =>
    async (...rest) => {
      const { env, cwd } = host;
      code = (await action({ io, env: withDotenv(env, cwd), cwd }, ...rest)) ?? EXIT.done;
    };
  const { interruption } = host;
  const failed = (error: unknown, interrupted = interruption.signal.aborted) =>
    fail(error, { io, json, debug: host.env['DEBUG'] !== undefined, interrupted });
  interruption.farewell = () => failed(undefined, true);
  try {
    const program = await programFor(args, host, run);
    await program.parseAsync(args, { from: 'user' });
    return interruption.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    return failed(error);
  } finally {
    interruption.farewell = undefined;
  }
}

function ioFor({ stdin, stdout, stderr, env, interruption }: Host): Io {
  const colorful = env['NO_COLOR'] === undefined || env['NO_COLOR'] === '';
  const smart = env['TERM'] !== 'dumb';
  return createIo({
    stdin,
    stdout,
    stderr,
    interruption,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    liveStderr: stderr.isTTY === true && smart,
    colorStdout: stdout.isTTY === true && colorful && smart,
    colorStderr: stderr.isTTY === true && colorful && smart,
  });
}

async function programFor(args: readonly string[], host: Host, run: RunAction): Promise<Command> {
  const program = new Command(PROGRAM)
    .description('LibreChat on your own AWS account: what an operator does.')
    .version(version(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      // Errors arrive as exceptions, and `fail` prints them as one line.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `\nExamples:\n  ${PROGRAM} config show production-ecs\n  ${PROGRAM} config check my-config.yaml`,
    );
  const [called] = args.filter((arg) => !arg.startsWith('-') && arg !== 'help');
  for (const [name, { about, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(about);
    // The words of all commands are what completion is about.
    if (name === called || called === 'completion') (await load()).register(command, run);
  }
  return program;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

interface Failure {
  readonly io: Io;
  readonly json: boolean;
  readonly debug: boolean;
  readonly interrupted: boolean;
}

/** Says what went wrong: one message on standard error, and with `--json` one value on standard output. */
function fail(error: unknown, { io, json, debug, interrupted }: Failure): ExitCode {
  const { code, message, details } = interrupted
    ? { code: EXIT.interrupted, message: 'interrupted', details: undefined }
    : explain(error, debug);
  if (code === EXIT.done) return code;
  if (message !== '') io.info(`${io.colors.red('error:')} ${message}`);
  if (json) io.result(JSON.stringify({ error: { message, ...details } }, null, 2));
  return code;
}

function explain(error: unknown, debug: boolean): { code: ExitCode; message: string; details?: object } {
  if (error instanceof ConfigError) {
    return { code: EXIT.usage, message: error.message, details: { problems: error.problems } };
  }
  const known = knownError(error);
  if (known !== undefined) {
    const { exitCode, message, what, remedy } = known;
    return { code: exitCode, message, details: { what, remedy } };
  }
  if (error instanceof Aborted) return { code: error.exitCode, message: error.message };
  if (error instanceof CommanderError) return explainUsage(error);
  const message = error instanceof Error ? error.message : String(error);
  if (debug && error instanceof Error) return { code: EXIT.failed, message: error.stack ?? message };
  return { code: EXIT.failed, message: `${message} (unexpected; DEBUG=1 shows where)` };
}

function explainUsage({ code, exitCode, message }: CommanderError): { code: ExitCode; message: string } {
  if (exitCode === 0) return { code: EXIT.done, message: '' };
  if (code === 'commander.help') return { code: EXIT.usage, message: 'a command is needed' };
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n?\(Did you mean (.+)\?\)$/s, ': did you mean $1?')
    .replaceAll('\n', ' ');
  return { code: EXIT.usage, message: text.includes('did you mean') ? text : `${text.replace(/\.$/, '')}: see --help` };
}

/** The process itself; a script that stands for one command gives its name with the arguments. */
export async function main(args: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  // The reader of a pipe may leave early (`| head`): that is no error of ours.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const host: Host = { stdin, stdout, stderr, env, cwd: process.cwd(), interruption: onInterruption(process) };
  process.exitCode = await runCli(args, host);
  await new Promise<void>((resolve) =>
    stdout.write('', () => {
      resolve();
    }),
  );
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main(process.argv.slice(2));
