import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the environments live: `npm run clean` removes them, the next run makes them again. */
const CACHE = resolve(import.meta.dirname, '../.cache/python');
const OLDEST_PYTHON = [3, 11] as const;

/** Options of {@link pythonEnv}. */
export interface PythonEnvOptions {
  /** Paths of requirement files in which every package has a version and its hashes. */
  readonly requirements: readonly string[];

  /**
   * Hears one line before each slow step.
   *
   * @default - silent
   */
  readonly io?: { info(message: string): void };

  /**
   * The Python to build on.
   *
   * @default - the variable PYTHON, else `python3` of the PATH
   */
  readonly python?: string;

  /**
   * The folder that keeps the environments.
   *
   * @default - `.cache/python` of this repository
   */
  readonly cache?: string;
}

/** An environment could not be made; `hint` says what to do. */
export class PythonEnvError extends Error {
  override readonly name = 'PythonEnvError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** What a finished environment says about itself. Written last, so its presence means "complete". */
interface Manifest {
  readonly interpreter: string;
  /** SHA-256 of each requirement file that went in. */
  readonly files: readonly string[];
}

/**
 * The path of a Python that has exactly the packages of the locked files: a finished environment that holds them
 * (it may hold more) is used again, otherwise one is made with `venv` and `pip --require-hashes`.
 */
export async function pythonEnv(options: PythonEnvOptions): Promise<string> {
  const { requirements, io, python = process.env.PYTHON ?? 'python3', cache = CACHE } = options;
  const interpreter = await describeInterpreter(python);
  const files = await Promise.all(requirements.map(async (path) => sha256(await readFile(path, 'utf8'))));
  await mkdir(cache, { recursive: true });

  const made = await findFinished(cache, interpreter, files);
  if (made !== undefined) return made;

  const release = await lock(join(cache, 'lock'), io);
  try {
    return (
      (await findFinished(cache, interpreter, files)) ??
      (await build({ requirements, io, python, cache, interpreter, files }))
    );
  } finally {
    await release();
  }
}

interface BuildOptions extends Required<Pick<PythonEnvOptions, 'python' | 'cache' | 'requirements'>>, Manifest {
  readonly io: PythonEnvOptions['io'];
}

async function build(options: BuildOptions): Promise<string> {
  const { requirements, io, python, cache, interpreter, files } = options;
  // A folder of its own for each attempt: one that was cut short, or runs beside this one, is never in the way.
  const key = sha256(JSON.stringify([interpreter, files])).slice(0, 12);
  const folder = join(cache, `${key}-${randomUUID().slice(0, 8)}`);
  const executable = join(folder, 'bin', 'python');
  io?.info('making the Python environment: about a minute, only when a locked file changed');
  try {
    await makeVenv(python, folder);
    await install(executable, requirements);
    const manifest: Manifest = { interpreter, files };
    const draft = join(folder, 'manifest.draft');
    await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, join(folder, 'manifest.json'));
    return executable;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function makeVenv(python: string, folder: string): Promise<void> {
  const { code, output } = await run(python, ['-m', 'venv', folder]);
  if (code === 0) return;
  throw new PythonEnvError(
    `'${python}' cannot make a virtual environment: ${lastLines(output)}`,
    'install the venv module: apt-get install python3-venv on Debian and Ubuntu',
  );
}

async function install(executable: string, requirements: readonly string[]): Promise<void> {
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--no-compile', '--require-hashes'];
  const files = requirements.flatMap((path) => ['-r', path]);
  const { code, output } = await run(executable, ['-m', 'pip', 'install', ...options, ...files]);
  if (code === 0) return;
  throw new PythonEnvError(
    `pip could not install ${requirements.join(', ')}: ${lastLines(output)}`,
    'check that a package index can be reached, and that the files agree on the version of each package',
  );
}

/** Any finished environment of this interpreter that holds all the files. */
async function findFinished(cache: string, interpreter: string, files: readonly string[]): Promise<string | undefined> {
  for (const name of (await readdir(cache)).sort()) {
    const manifest = await readManifest(join(cache, name, 'manifest.json'));
    if (manifest?.interpreter !== interpreter || !files.every((file) => manifest.files.includes(file))) continue;
    const executable = join(cache, name, 'bin', 'python');
    if ((await run(executable, ['-c', ''])).code === 0) return executable;
  }
  return undefined;
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Version, build and machine: an environment serves no other interpreter. */
async function describeInterpreter(python: string): Promise<string> {
  const { code, output } = await run(python, [
    '-c',
    'import sys, sysconfig; print(sys.base_prefix, sysconfig.get_platform(), *sys.version_info[:3])',
  ]);
  const hint = `install Python ${OLDEST_PYTHON.join('.')} or newer, or name one in the variable PYTHON`;
  if (code !== 0) throw new PythonEnvError(`'${python}' does not run: ${lastLines(output)}`, hint);
  const interpreter = output.trim();
  const [major = 0, minor = 0, patch = 0] = interpreter.split(' ').slice(-3).map(Number);
  if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) {
    throw new PythonEnvError(`'${python}' is Python ${major}.${minor}.${patch}, which is too old`, hint);
  }
  return interpreter;
}

/**
 * Keeps two processes from doing the same minute of work. Only a courtesy: were both to build, each would build in a
 * folder of its own, so a lock left behind by a killed process is simply taken over.
 */
async function lock(path: string, io: PythonEnvOptions['io']): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries++) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    const abandoned = holder > 0 ? !isAlive(holder) : tries > 20;
    if (abandoned) await rm(path, { force: true });
    else if (tries === 0) io?.info(`waiting for the Python environment that process ${holder} is making`);
    await sleep(250);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    child.on('error', (error) => {
      done({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      done({ code: code ?? 1, output });
    });
  });
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
