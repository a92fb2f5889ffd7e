import { DEFAULT_PRESET } from '../../config/config-source.ts';
import { ConfigError } from '../../config/deployment-config.ts';
import { PRESET_NAMES } from '../../config/presets.ts';
import type { WizardOptions } from '../commands/wizard.ts';
import { EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { askFor, type Asking, questionFor } from './ask.ts';
import { Draft } from './draft.ts';
import { withPrices } from './price.ts';
import { flagName, PEOPLE_FLAG, PRESET_ABOUT, PRESET_FLAG, type Question, QUESTIONS } from './questions.ts';
import { sizeFor, sizesOf } from './sizes.ts';

/** What is known before the questions. */
export interface Known {
  readonly given: ReadonlyMap<string, string>;
  /** File of a deployment that is changed; none for a new one. */
  readonly file: string | undefined;
  /** Names that other deployments have. */
  readonly taken: readonly string[];
  readonly region: string | undefined;
}

/** Asks for all that nobody has answered yet. */
export async function fillIn(
  context: CommandContext,
  options: WizardOptions,
  { given, file, taken, region }: Known,
): Promise<{ draft: Draft; people: number | undefined }> {
  const { io } = context;
  const yes = options.yes === true;
  const source = file ?? options.preset ?? (yes ? DEFAULT_PRESET : await askPreset(context));
  const draft = new Draft(source, context, taken);
  take(draft, given, options.set);
  if (region !== undefined && draft.winnerOver('region') === undefined) draft.answer('region', region);
  if (file !== undefined) draft.answer('stackName', String(draft.valueOf('stackName')));
  else draft.bring('free name', () => ({ stackName: freeName(taken, draft.base.config.stackName) }));
  const people = await size({ io, draft, yes }, options.people);
  await askAll({ io, draft, yes, users: people });
  return { draft, people };
}

/** Takes what flags have answered. */
function take(draft: Draft, given: ReadonlyMap<string, string>, set: readonly string[]): void {
  const pairs = set.map((text): [string, string] => {
    const equals = text.indexOf('=');
    if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
    throw new UserError(`--set takes path=value, got '${text}'`, 'such as --set network.zones=3', EXIT.usage);
  });
  for (const [path, text] of [...given, ...pairs]) {
    const winner = draft.winnerOver(path);
    if (winner !== undefined)
      throw new UserError(`${winner} would win over the answer for ${path}`, 'remove it there', EXIT.usage);
    draft.answer(path, text);
  }
  // Who names a domain wants to be reached there.
  if (given.has('access.domainName') && !draft.isAnswered('access.type')) draft.answer('access.type', 'domain');
  for (const { path, brings } of QUESTIONS) {
    const answer = draft.isAnswered(path) ? draft.textOf(path) : undefined;
    if (answer !== undefined) draft.bring(path, (valueOf) => brings?.(answer, valueOf) ?? {});
  }
}

function freeName(taken: readonly string[], wanted: string): string {
  if (!taken.includes(wanted)) return wanted;
  const number = taken.findIndex((_, index) => !taken.includes(`${wanted}-${index + 2}`));
  return `${wanted}-${number + 2}`;
}

async function askPreset({ io, env, cwd }: CommandContext): Promise<string> {
  const presets = PRESET_NAMES.map((value) => {
    const { config } = new Draft(value, { env, cwd }).base;
    return { value, label: value, hint: PRESET_ABOUT[value], config };
  });
  return await io.select({
    message: 'What is it for?',
    about: 'Prices are those of AWS before anybody writes a message; models are charged by use.',
    flag: flagName(PRESET_FLAG),
    options: await withPrices(io, presets),
  });
}

const AS_IS = '';

/** Sizes the deployment; tells the number of people where it is known. */
async function size({ io, draft, yes }: Asking, people: string | undefined): Promise<number | undefined> {
  const mode = draft.valueOf('mode');
  const chosen = people ?? (yes ? AS_IS : await askPeople(io, draft, mode));
  if (chosen === AS_IS) return undefined;
  draft.bring(PEOPLE_FLAG, () => sizeFor(chosen, mode).settings);
  return Number(chosen);
}

async function askPeople(io: Asking['io'], draft: Draft, mode: unknown): Promise<string> {
  const sizes = sizesOf(mode).map(({ people, about, settings }) => ({
    value: String(people),
    label: `up to ${people.toLocaleString('en-US')}`,
    hint: about,
    config: draft.accepted(settings),
  }));
  return await io.select({
    message: 'How many people will use it?',
    about: 'A third of them at work at once, each with an answer being written a tenth of that time.',
    flag: flagName(PEOPLE_FLAG),
    options: [{ value: AS_IS, label: `as in ${draft.base.base}` }, ...(await withPrices(io, sizes))],
  });
}

/** Asks the questions group by group; a group whose typed answers contradict others is asked again. */
async function askAll(asking: Asking): Promise<void> {
  const { io, draft } = asking;
  const groupOf = (path: string) => path.split(/[.[]/)[0] ?? path;
  const pending = new Set(QUESTIONS.map(({ path }) => groupOf(path)));
  for (const group of [...pending]) {
    pending.delete(group);
    for (;;) {
      const typed = await askGroup(
        asking,
        QUESTIONS.filter(({ path }) => groupOf(path) === group),
      );
      const problems = draft.problems().filter(({ path }) => !pending.has(groupOf(path)));
      if (problems.length === 0) break;
      if (typed.length === 0) throw new ConfigError(problems);
      for (const { path, message } of problems) io.warn(`${path}: ${message}`);
      draft.forget(typed);
    }
  }
}

async function askGroup(asking: Asking, questions: readonly Question[]): Promise<string[]> {
  const typed: string[] = [];
  const ask = async (question: Question) => {
    if (await askFor(asking, question)) typed.push(question.path);
  };
  for (const question of questions) {
    await ask(question);
    const missing = asking.draft.missingBeside(question.path);
    for (const path of missing.filter((other) => !QUESTIONS.some((known) => known.path === other)))
      await ask(questionFor(path));
  }
  return typed;
}
