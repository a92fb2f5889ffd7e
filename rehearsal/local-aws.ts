import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HERE = import.meta.dirname;

/** Locked packages of the local AWS. */
export const REQUIREMENTS = resolve(HERE, 'requirements.txt');

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** What stood behind the resources, and what was not shown: the emulator's own words. */
export interface LocalAwsReport {
  readonly stores: readonly { readonly logicalId: string; readonly type: string; readonly server: string }[];
  readonly notes: readonly { readonly logicalId: string; readonly type: string; readonly note: string }[];
  readonly retained: readonly { readonly logicalId: string; readonly type: string }[];
  readonly snapshots: readonly { readonly logicalId: string; readonly type: string }[];
}

/** A running local AWS. Everything it needs to be found again fits into a file. */
export interface LocalAws {
  readonly endpoint: string;
  readonly pid: number;
  readonly state: string;

  /** Environment of its clients. The key is new for every run: the CDK's CLI remembers accounts by it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts the local AWS in a folder of its own on a free loopback port.
 *
 * @param python interpreter that has {@link REQUIREMENTS}
 */
export async function startLocalAws(python: string): Promise<LocalAws> {
  const state = await mkdtemp(join(tmpdir(), 'librechat-rehearsal-'));
  // PostgreSQL refuses to run as root and is then run as nobody, who must reach its folder.
  await chmod(state, 0o711);
  const readyFile = join(state, 'ready.json');
  const child = spawn(python, [join(HERE, 'aws/main.py'), '--state', state, '--ready-file', readyFile], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  child.on('error', ({ message }) => said.push(message));
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    await sleep(50);
    const ready = await readJson<{ endpoint: string; pid: number }>(readyFile);
    if (ready !== undefined) {
      child.stderr.destroy();
      child.unref();
      return { ...ready, state, env: clientEnvironment(ready.endpoint, state) };
    }
    if (child.pid === undefined || child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(
        `the local AWS did not start: ${said.join('').trim().split('\n').at(-1) ?? ''} (log: ${join(state, 'aws.log')})`,
      );
    }
  }
}

/** Ends a local AWS with everything it started, by its own pid. */
export async function stopLocalAws({ pid, state }: Pick<LocalAws, 'pid' | 'state'>, keepState = false): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (Date.now() < deadline) {
      process.kill(pid, 0);
      await sleep(50);
    }
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  if (!keepState) await rm(state, { recursive: true, force: true });
}

/** What the local AWS says about itself. */
export async function readReport({ state }: LocalAws): Promise<LocalAwsReport> {
  return (
    (await readJson<LocalAwsReport>(join(state, 'report.json'))) ?? {
      stores: [],
      notes: [],
      retained: [],
      snapshots: [],
    }
  );
}

/** Makes the master's password wrong for the next run of an initializer, and right again after it. */
export async function orderWrongPassword({ state }: LocalAws): Promise<void> {
  await writeFile(join(state, 'faults', 'wrong-master-password'), '');
}

/** Certificate authority of the databases. */
export function authorityFile({ state }: LocalAws): string {
  return join(state, 'ca', 'ca.pem');
}

function clientEnvironment(endpoint: string, state: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: `REHEARSAL${randomBytes(5).toString('hex').toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    CDK_HOME: join(state, 'cdk'),
  };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
