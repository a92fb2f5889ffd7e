import type { Command } from 'commander';
import type { AwsChoice } from '../aws-clients.ts';
import type { RunAction } from '../main.ts';
import { collect, examples, outputLines, withAws } from './options.ts';

/** What the command was told. */
export interface DeployOptions extends AwsChoice {
  readonly set: readonly string[];
  readonly replace: readonly string[];
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly outputsFile?: string;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  withAws(command)
    .argument('[source]', 'preset, environment or configuration file (default: as for config show)')
    .option('--set <path=value>', 'change one setting, repeatable', collect, [])
    .option('--replace <setting>', 'let go of the data that a change of this setting replaces, repeatable', collect, [])
    .option('--yes', 'deploy without asking')
    .option('--dry-run', 'show the changes and drop them')
    .option('--outputs-file <path>', "write the stack's outputs as JSON")
    .addHelpText(
      'after',
      `
Shows the change set and the monthly cost, refuses what would replace or remove data, asks, deploys, prints the outputs.

${examples('deploy', 'production --yes --outputs-file outputs.json', 'my-config.yaml --profile work --region eu-central-1 --dry-run').trimStart()}

Exit codes: 0 deployed or nothing to change, 1 failed or declined, 2 wrong usage or refused, 130 interrupted.`,
    )
    .action(
      run(async (context, source: string | undefined, options: DeployOptions) => {
        const { deploy } = await import('../deploy/run.ts');
        const result = await deploy(context, source, options);
        const { io } = context;
        if (options.json === true) io.result(JSON.stringify(result, null, 2));
        else io.result(outputLines(result.outputs));
        return undefined;
      }),
    );
}
