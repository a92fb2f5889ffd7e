import { resolve } from 'node:path';
import type { WizardOptions } from '../commands/wizard.ts';
import type { DeployResult } from '../deploy/run.ts';
import { Aborted } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { writeOutput } from '../output.ts';
import { fillIn } from './fill-in.ts';
import { fileText, textOf } from './save.ts';
import { showSummary } from './summary.ts';
import { askRegion, chooseTarget, existingStacks } from './target.ts';

export interface WizardResult {
  readonly file: string;
  readonly stack: string;
  readonly changes: readonly { path: string; value: unknown }[];
  readonly idleUsdPerMonth: readonly [number, number] | undefined;
  readonly deployment: DeployResult | undefined;
}

/** Asks, shows what comes of it, saves the answers, deploys. */
export async function wizard(
  context: CommandContext,
  options: WizardOptions,
  given: ReadonlyMap<string, string>,
): Promise<WizardResult> {
  const { io, cwd } = context;
  const file = /[/\\]/.test(options.saveAs) ? options.saveAs : `./${options.saveAs}`;
  const region = await askRegion(context, options);
  const choice = { profile: options.profile, region };
  const stacks = options.dryRun === true ? [] : await existingStacks(context, choice);
  const changed = await chooseTarget(context, stacks, options, file);
  const isNew = changed === undefined;
  const taken = stacks.map(({ name }) => name).filter((name) => name !== changed);
  const known = { given, file: isNew ? undefined : file, taken, region };
  const { draft, people } = await fillIn(context, options, known);
  const price = await showSummary(io, draft, people);

  const before = await textOf(resolve(cwd, file));
  const text = fileText(draft, isNew ? undefined : before);
  const isReplaced = isNew && before !== undefined && before !== text;
  await agree(context, options, file, isReplaced);
  await writeOutput(resolve(cwd, file), text);
  io.info(`saved in ${file}\nthe same again, without questions: npx tsx cli/main.ts deploy ${file}\n`);
  const result = {
    file,
    stack: draft.resolve().stackName,
    changes: draft.changes().map(({ path, value }) => ({ path, value })),
    idleUsdPerMonth: price?.idle.total,
  };
  if (options.dryRun === true) return { ...result, deployment: undefined };
  const { deploy } = await import('../deploy/run.ts');
  return { ...result, deployment: await deploy(context, file, { ...choice, set: [], replace: [], yes: options.yes }) };
}

async function agree(
  { io }: CommandContext,
  { yes, overwrite, dryRun }: WizardOptions,
  file: string,
  isReplaced: boolean,
): Promise<void> {
  const question = `Save these answers in ${file}${dryRun === true ? '' : ' and prepare the deployment'}?`;
  const agreed = isReplaced
    ? await io.confirm(`${file} holds another configuration. Replace it?`, { answered: overwrite, flag: '--overwrite' })
    : await io.confirm(question, { answered: yes });
  if (!agreed) throw new Aborted('Wizard');
}
