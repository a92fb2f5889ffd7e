import type { Command } from 'commander';
import type { AwsChoice } from '../aws-clients.ts';
import { EXIT } from '../errors.ts';
import type { RunAction } from '../main.ts';
import { collect, examples, withAws } from './options.ts';

/** What the command was told. */
export interface DoctorOptions extends AwsChoice {
  readonly set: readonly string[];
  readonly stack?: string;
  readonly drift: boolean;
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  withAws(command)
    .argument('[source]', 'preset, environment or configuration file (default: as for config show)')
    .option('--set <path=value>', 'change one setting, repeatable', collect, [])
    .option('--stack <name>', 'name of the CloudFormation stack (default: the one that the configuration names)')
    .option('--drift', 'look for changes behind the back of the stack as well, which takes minutes', false)
    .addHelpText(
      'after',
      `
Tells on one page all that can be told without changing anything: what a deployment needs, the configuration, the stack
and what is wrong with it, what earlier stacks left, the bill. What cannot be asked, such as without credentials, says why.

${examples('doctor', '', 'production-ecs --region eu-central-1 --json').trimStart()}

Exit codes: 0 nothing is bad, 1 something is bad, or failed; 2 wrong usage, 130 interrupted.`,
    )
    .action(
      run(async (context, source: string | undefined, options: DoctorOptions) => {
        const { describeDiagnosis, doctor } = await import('../doctor/run.ts');
        const diagnosis = await doctor(context, source, options);
        const { io } = context;
        io.result(
          options.json === true ? JSON.stringify(diagnosis, null, 2) : describeDiagnosis(diagnosis, io.resultColors),
        );
        return diagnosis.isWell ? EXIT.done : EXIT.failed;
      }),
    );
}
