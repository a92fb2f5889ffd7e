import { type Command, Option } from 'commander';
import type { RunAction } from '../main.ts';
import { collect, examples } from './options.ts';

/** What the command was told. */
export interface RehearseOptions {
  readonly set: readonly string[];
  readonly only?: 'deploy';
  readonly keep?: boolean;
  readonly stop?: boolean;
  readonly printEnv?: string;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  command
    .argument('[source]', 'preset, environment or configuration file', 'production-ecs')
    .option('--set <path=value>', 'change one setting, repeatable', collect, [])
    .addOption(new Option('--only <step>', 'stop after a step: create the stack and prove it').choices(['deploy']))
    .option('--keep', 'leave the local AWS running and say how to talk to it')
    .option(
      '--print-env <container>',
      'print what a container starts with, as a .env file; with --keep its stores go on running',
    )
    .addOption(
      new Option('--stop', 'end a local AWS that was left running').conflicts(['keep', 'only', 'printEnv', 'set']),
    )
    .option('--json', 'print one JSON value')
    .addHelpText(
      'after',
      `
Deploys a configuration into a local AWS with real databases: no account, no Docker.
${examples('rehearse', 'production-ecs --set network.natGateways=2 --keep', 'production-ecs --print-env librechat > .env')}

Exit codes: 0 everything shown, 1 something failed, 2 wrong usage or configuration, 130 interrupted.`,
    )
    .action(
      // Loaded only now: help must not wait for the CDK.
      run(async (context, source: string, options: RehearseOptions) => {
        const { rehearse } = await import('../rehearse/run.ts');
        await rehearse(context, source, options);
        return undefined;
      }),
    );
}
