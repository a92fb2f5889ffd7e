import { configTree, type ConfigLeaf } from '../../config/config-paths.ts';
import type { Io } from '../io.ts';
import type { Choice } from '../prompts.ts';
import type { Draft } from './draft.ts';
import { priceOf, withPrices } from './price.ts';
import { flagName, type Question } from './questions.ts';

/** What a question is asked with. */
export interface Asking {
  readonly io: Io;
  readonly draft: Draft;
  /** Take the defaults instead of asking. */
  readonly yes: boolean;
  /** People for whom the price is told. */
  readonly users?: number | undefined;
}

/** Asks for a setting, unless it is answered, decided elsewhere, or not needed. Tells whether somebody typed. */
export async function askFor(asking: Asking, question: Question): Promise<boolean> {
  const { io, draft, yes } = asking;
  const { path, brings } = question;
  if (question.isAsked?.(draft.valueOf) === false) return false;
  const winner = draft.winnerOver(path);
  if (winner !== undefined) {
    io.info(`${path} is ${draft.textOf(path) ?? 'empty'}, by ${winner}`);
    return false;
  }
  const isGiven = draft.isAnswered(path);
  if (!isGiven && yes && (draft.textOf(path) !== undefined || question.isOptional === true)) return false;
  const answer = isGiven ? (draft.textOf(path) ?? '') : await typed(asking, question);
  if (answer === '') return false;
  draft.answer(path, answer);
  draft.bring(path, (valueOf) => brings?.(answer, valueOf) ?? {});
  return !isGiven;
}

/** The question of a setting that only the schema asks for. */
export const questionFor = (path: string): Question => ({ path, message: `${path}?`, flag: `--set=${path}=…` });

async function typed(asking: Asking, question: Question): Promise<string> {
  const { io, draft, users } = asking;
  const { path } = question;
  const leaf = leafAt(path);
  const value = draft.textOf(path);
  const shared = { message: question.message, flag: flagName(question.flag), initial: value };
  const about = draft.variantOf(leaf)?.description;
  if (leaf.kind === 'choice' || leaf.kind === 'boolean') {
    const choices = choicesOf(leaf).map((choice) => ({ ...choice, config: priced(draft, question, choice.value) }));
    const options = await withPrices(io, choices, users);
    return await io.select({ ...shared, options, ...(leaf.kind === 'choice' ? {} : { about }) });
  }
  if (question.picks === true) {
    const initial = value?.split(',') ?? [];
    const options = await withTokens(asking, initial);
    return (await io.multiselect({ ...shared, about, options, initial })).join(',');
  }
  return await io.text({
    ...shared,
    about,
    placeholder: value,
    validate: (text) => wrongText(draft, question, text),
  });
}

/** The schema's entry of a setting. */
function leafAt(path: string): ConfigLeaf {
  const leaf = configTree().leaves.find((candidate) => candidate.path === path);
  if (leaf === undefined) throw new Error(`the schema has no setting ${path}`);
  return leaf;
}

/** The values of a setting, with what the schema says of each, in the form `one: this. other: that.` */
export function choicesOf({ kind, values, variants }: ConfigLeaf): Choice[] {
  if (kind === 'boolean') return ['true', 'false'].map((value) => ({ value, label: value === 'true' ? 'yes' : 'no' }));
  const names = values.map(String);
  const parts = (variants[0]?.description ?? '').split(new RegExp(`(?:^|\\s)(${names.join('|')}): `));
  return names.map((value) => {
    const meaning = parts[parts.indexOf(value) + 1]?.trim().replace(/\.$/, '');
    return { value, label: value, ...(parts.includes(value) ? { hint: meaning } : {}) };
  });
}

/** The configuration that a choice would give, when its price matters. */
function priced(draft: Draft, { isPriced, path, brings, priceWith }: Question, value: string) {
  if (isPriced !== true) return undefined;
  return draft.accepted({ ...brings?.(value, draft.valueOf), ...priceWith?.(value), [path]: value });
}

/** Models with what each would cost, did it answer everything. */
async function withTokens({ draft, users }: Asking, models: readonly string[]): Promise<Choice[]> {
  const config = draft.accepted();
  const used = (config === undefined ? undefined : await priceOf(config, users))?.used;
  return models.map((model) => {
    const lines = used?.tokens.items.filter(({ what }) => what.startsWith(`${model},`)) ?? [];
    if (used === undefined || lines.length === 0) return { value: model, label: model };
    const [low, high] = (['low', 'high'] as const).map((end) => lines.reduce((sum, line) => sum + line[end], 0));
    const cost = `$${Math.round(low ?? 0)} to $${Math.round(high ?? 0)} a month`;
    return { value: model, label: model, hint: `${cost} if it alone answered ${used.usage.users[0]} people` };
  });
}

/** What is wrong with a text as the answer of a question. */
export function wrongText(draft: Draft, question: Question, text: string): string | undefined {
  const { path, isOptional, flag, brings } = question;
  if (text === '') return isOptional === true ? undefined : `an answer is needed (${flagName(flag)})`;
  const problems = draft.problems({ ...brings?.(text, draft.valueOf), [path]: text });
  return problems.find((problem) => problem.path.split('[')[0] === path)?.message;
}
