import { spawn, type ChildProcess } from 'node:child_process';

/** What a finished command left. */
export interface CommandResult {
  readonly code: number;
  /** Both streams, in the order in which they were written. */
  readonly output: string;
}

const running = new Set<ChildProcess>();

/** Runs a command without standard input and keeps what it prints. A program that is not there is exit code 127. */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return new Promise((done) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      running.delete(child);
      done({ code: 127, output: `${program}: ${error.message}\n` });
    });
    child.on('close', (code) => {
      running.delete(child);
      done({ code: code ?? 1, output });
    });
  });
}

/** Ends what {@link runCommand} started. */
export function stopCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}
