import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { runCli } from '../../../cli/main.ts';
import { folderWith } from '../../config/loading.ts';
import { type Ran, recorder } from '../running.ts';

/** What ran in a terminal: with the questions that were shown, and the configuration file that it left. */
export interface Typed extends Ran {
  readonly questions: readonly string[];
  readonly file: string | undefined;
}

export const FILE = 'librechat.config.yaml';
const LOOK_MS = 5;
export const ENTER = '\r';
export const DOWN = '\u001B[B';

/**
 * Runs a command line in this process as if in a terminal, and answers each question that begins like a key of
 * `answers` with its keys, any other with Enter.
 */
export async function typing(
  args: readonly string[],
  answers: Readonly<Record<string, readonly string[]>> = {},
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Typed> {
  const { cwd, remove } = folderWith(files);
  const [stdout, stderr] = [recorder(), recorder(true)];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const interruption = { signal: new AbortController().signal, heeded: false };
  const host = { stdin, stdout: stdout.stream, stderr: stderr.stream, env, cwd, interruption };
  const state = { isOver: false };
  const running = runCli(args, host).finally(() => {
    state.isOver = true;
  });
  const shown = () =>
    [...stripVTControlCharacters(stderr.text()).matchAll(/◆ {2}(.+)/g)].map(([, question = '']) => question.trim());
  try {
    let answered = 0;
    while (!state.isOver) {
      const question = shown()[answered];
      if (question !== undefined) {
        const known = Object.keys(answers).find((beginning) => question.startsWith(beginning));
        for (const key of known === undefined ? [ENTER] : (answers[known] ?? [])) {
          stdin.write(key);
          await sleep(LOOK_MS);
        }
        answered += 1;
      }
      await sleep(LOOK_MS);
    }
    const path = join(cwd, FILE);
    const file = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    return { code: await running, stdout: stdout.text(), stderr: stderr.text(), questions: shown(), file };
  } finally {
    remove();
  }
}
