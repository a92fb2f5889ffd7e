import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';

/** First release of Compose that restarts a service when a file changes. */
const LEAST_COMPOSE = [2, 32] as const;

type Place = Pick<CommandContext, 'cwd' | 'env'>;

/** How a call of Docker ended. */
interface Ran {
  readonly code: number;

  /** Lines of standard output. */
  readonly lines: readonly string[];
}

type Show = (line: string) => void;
const nowhere: Show = () => undefined;

/** Runs Docker's command line in the folder of the compose file. */
async function docker({ cwd, env }: Place, args: readonly string[], out = nowhere, err = nowhere): Promise<Ran> {
  const child = spawn('docker', args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    out(line);
  });
  createInterface(child.stderr).on('line', err);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = new UserError('docker is not installed', 'install Docker Engine 25 or newer, or Docker Desktop');
      reject(error.code === 'ENOENT' ? missing : error);
    });
    child.on('close', (ended) => {
      resolve(ended ?? 1);
    });
  });
  return { code, lines };
}

/** Refuses to begin without Docker, its compose plug-in or its engine, each by name. */
export async function requireDocker(place: Place): Promise<void> {
  const { code, lines } = await docker(place, ['compose', 'version', '--short']);
  const [found = ''] = lines;
  const remedy = `install Compose ${LEAST_COMPOSE.join('.')} or newer (package docker-compose-plugin)`;
  if (code !== 0) throw new UserError('docker has no compose plug-in', remedy);
  const [major = 0, minor = 0] = found.replace(/^v/, '').split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_COMPOSE;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor))
    throw new UserError(`docker compose ${found} is too old`, remedy);
  const engine = await docker(place, ['version', '--format', '{{.Server.Version}}']);
  if (engine.code !== 0) throw new UserError('no Docker engine answers', "start it, then look with 'docker version'");
}

/** Runs `docker compose`; its messages go to standard error, and so does its result unless `out` takes it. */
export async function compose({ io, ...place }: CommandContext, args: readonly string[], out?: Show): Promise<void> {
  const tell: Show = (line) => {
    io.info(line);
  };
  const { code } = await docker(place, ['compose', ...args], out ?? tell, tell);
  if (code === 0) return;
  const remedy = "its lines above say why, 'npm run local:logs' shows what the containers wrote";
  throw new UserError(`docker compose ${args[0] ?? ''} ended with exit code ${code}`, remedy);
}

/** Volumes of a project, whether its containers run or not. */
export async function volumesOf(place: Place, project: string): Promise<readonly string[]> {
  const filter = `label=com.docker.compose.project=${project}`;
  return (await docker(place, ['volume', 'ls', '--quiet', '--filter', filter])).lines;
}
