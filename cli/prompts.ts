import type { Readable, Writable } from 'node:stream';
import { createColors } from 'picocolors';
import { Aborted, EXIT } from './errors.ts';
import { columnsOf } from './io.ts';

/** Where prompts are read and drawn. */
export interface PromptHost {
  readonly input: Readable;
  readonly output: Writable;
  readonly isColorful: boolean;
  readonly signal: AbortSignal;
}

/** What a question is about, whatever kind of answer it takes. */
export interface Asked {
  readonly message: string;
  /** Explanation above the question. */
  readonly about?: string;
  /** Flag that answers it, named when nobody is there to ask. */
  readonly flag: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Shown beside the choice that the cursor is on. */
  readonly hint?: string;
}

export interface SelectQuestion extends Asked {
  readonly options: readonly Choice[];
  readonly initial?: string;
}

export interface MultiselectQuestion extends Asked {
  readonly options: readonly Choice[];
  readonly initial: readonly string[];
}

export interface TextQuestion extends Asked {
  /** What an empty answer stands for, shown where the answer goes. */
  readonly placeholder?: string;
  /** Says what is wrong with an answer. */
  readonly validate?: (text: string) => string | undefined;
}

type Prompts = typeof import('@clack/prompts');

/** Asks one question; Ctrl-C and Esc abort the command. */
async function prompt<T>(
  host: PromptHost,
  about: string | undefined,
  show: (prompts: Prompts, streams: object) => Promise<T>,
): Promise<Exclude<T, symbol>> {
  const prompts = await import('@clack/prompts');
  const output = host.isColorful ? host.output : withoutColors(host.output);
  if (about !== undefined)
    output.write(explanation(about, columnsOf(output), createColors(host.isColorful).gray(prompts.S_BAR)));
  // A signal of its own: each prompt leaves a listener behind.
  const signal = AbortSignal.any([host.signal]);
  const answer = await show(prompts, { input: host.input, output, signal });
  if (prompts.isCancel(answer)) throw new Aborted('Command', EXIT.interrupted);
  return answer as Exclude<T, symbol>;
}

export const askConfirm = (host: PromptHost, message: string): Promise<boolean> =>
  prompt(host, undefined, ({ confirm }, streams) => confirm({ message, initialValue: false, ...streams }));

export const askSelect = (host: PromptHost, { message, about, options, initial }: SelectQuestion): Promise<string> =>
  prompt(host, about, ({ select }, streams) =>
    select({ message, options: [...options], initialValue: initial, ...streams }),
  );

export const askMultiselect = (
  host: PromptHost,
  { message, about, options, initial }: MultiselectQuestion,
): Promise<string[]> =>
  prompt(host, about, ({ multiselect }, streams) =>
    multiselect({ message, options: [...options], initialValues: [...initial], ...streams }),
  );

export const askText = (host: PromptHost, { message, about, placeholder, validate }: TextQuestion): Promise<string> =>
  prompt(host, about, ({ text }, streams) =>
    text({
      message,
      placeholder,
      defaultValue: placeholder,
      validate: (given) => validate?.(given === undefined || given === '' ? (placeholder ?? '') : given),
      ...streams,
    }),
  );

function explanation(text: string, columns: number, bar: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trimStart();
    if (longer.length > columns - 4) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return `${bar}\n${lines.map((line) => `${bar}  ${line}\n`).join('')}`;
}

/** Prompts color whatever they draw on: the same stream, with moves of the cursor and without colors. */
function withoutColors(stream: Writable): Writable {
  // eslint-disable-next-line no-control-regex -- the sequences begin with one
  const plain = (chunk: unknown) => String(chunk).replaceAll(/\u001B\[[\d;]*m/g, '');
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'write') return (chunk: unknown) => target.write(plain(chunk));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
