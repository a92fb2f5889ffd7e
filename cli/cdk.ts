import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** The pinned CLI of the project itself, never one from elsewhere. */
const CDK = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');

/** How the CDK's CLI is called. */
export interface CdkOptions {
  /** Complete environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;

  /** Folder to work in: one with a cdk.json has its app synthesized, whatever the call is about. */
  readonly cwd: string;

  /** Ends the call early. */
  readonly signal: AbortSignal;
}

/** How a call ended. */
export interface CdkResult {
  readonly code: number;

  /** Everything it printed, without colors. */
  readonly output: string;
}

/** Runs the CDK's CLI on a synthesized assembly and keeps what it prints. */
export function cdk(args: readonly string[], { env, cwd, signal }: CdkOptions): Promise<CdkResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CDK, '--no-notices', '--no-color', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, output: stripVTControlCharacters(output) });
    });
  });
}
