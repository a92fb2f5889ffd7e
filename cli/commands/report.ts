import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext, RunAction } from '../main.ts';
import { writeOutput } from '../output.ts';
import { collect, examples } from './options.ts';

interface Options {
  readonly output?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
}

export function register(command: Command, run: RunAction): void {
  command
    .argument('[configuration]', 'preset, environment or file; default: the one that deploy would take')
    .option('--output <file>', 'where to write the page (default: librechat-report-<configuration>.html)')
    .option('--set <path=value>', 'change one setting, repeatable', collect)
    .option('--json', 'print one JSON value: the file and the figures in it')
    .addHelpText('after', examples('report', 'production-ecs', 'minimal-dev --set features.rag=true --output rag.html'))
    .action(
      // Loaded only now: help must not wait for the CDK.
      run((context, source: string | undefined, options: Options) => report(context, source, options)),
    );
}

/** Writes one page about a configuration. Needs neither an account nor the network. */
export async function report(
  { io, env, cwd }: CommandContext,
  source: string | undefined,
  { output, set, json }: Options,
): Promise<undefined> {
  const { subjectOf } = await import('../report/subject.ts');
  const { pageOf, summaryOf } = await import('../report/page.ts');
  io.status('reading the template');
  const subject = subjectOf({ source, flags: set, env, cwd });
  const page = await pageOf(subject);
  const file = resolve(cwd, output ?? `librechat-report-${slug(subject.name)}.html`);
  await writeOutput(file, page);
  const summary = { file, bytes: Buffer.byteLength(page), configuration: subject.name, ...summaryOf(subject) };
  io.result(json === true ? JSON.stringify(summary, null, 2) : file);
}

/** The name of a configuration as part of the name of a file. */
const slug = (name: string) =>
  basename(name)
    .replace(/\.(ya?ml|json)$/, '')
    .replaceAll(/[^\w.-]+/g, '-');
