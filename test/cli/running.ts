import { PassThrough } from 'node:stream';
import { runCli } from '../../cli/main.ts';
import { folderWith } from '../config/loading.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that remembers what was written to it. */
export function recorder(isTTY = false): { stream: PassThrough & { isTTY: boolean }; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, text: () => text };
}

/** Runs a command line in this process, in a folder with these files. */
export async function run(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
  stdin = Object.assign(new PassThrough(), { isTTY: false }),
): Promise<Ran> {
  const { cwd, remove } = folderWith(files);
  const [stdout, stderr] = [recorder(), recorder()];
  try {
    const code = await runCli(args, {
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      env,
      cwd,
      interruption: { signal: new AbortController().signal, heeded: false },
    });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    remove();
  }
}
