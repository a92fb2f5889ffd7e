import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { release, tmpdir, type } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { create } from 'tar';
import { ConfigError, loadDeploymentConfig } from '../../config/deployment-config.ts';
import { awsOptions } from '../aws-clients.ts';
import type { SupportBundleOptions } from '../commands/support-bundle.ts';
import { stackResources } from '../deployed-environment.ts';
import { EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { checkOutput, writeOutput } from '../output.ts';
import { redact } from '../redact.ts';
import { requireStack } from '../stack.ts';
import { COLLECTORS, type Collecting, LEFT_OUT } from './collectors.ts';

/** What is in the archive, what was masked in it, and what could not be had. */
export interface Manifest {
  readonly stack: string;
  readonly made: string;
  readonly hours: number;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly masked: Readonly<Record<string, number>>;
  }[];
  readonly missing: readonly { readonly what: string; readonly reason: string }[];

  /** What is never collected, and why. */
  readonly leftOut: readonly { readonly what: string; readonly reason: string }[];
}

export interface Bundle extends Manifest {
  readonly archive: string;
}

/** Collects what somebody who helps needs to see, without secrets, into one archive. */
export async function supportBundle(context: CommandContext, options: SupportBundleOptions): Promise<Bundle> {
  const { io, env, cwd } = context;
  const made = new Date();
  const archive = resolve(cwd, options.output ?? `librechat-support-${options.stack}-${stamp(made)}.tar.gz`);
  await checkOutput(archive);
  const aws = awsOptions(env, options);
  const client = new CloudFormationClient(aws);
  const stack = await requireStack(client, options.stack);
  const resources = await stackResources(client, stack.name);
  const physicalIds = (wanted: string) =>
    resources.flatMap(({ ResourceType, PhysicalResourceId }) =>
      ResourceType === wanted && PhysicalResourceId !== undefined ? [PhysicalResourceId] : [],
    );
  const folder = await mkdtemp(join(tmpdir(), 'librechat-support-'));
  try {
    const writer = new BundleWriter(join(folder, basename(archive, '.tar.gz')), io.signal);
    await writer.add('versions.json', `${JSON.stringify(await versions(), null, 2)}\n`);
    await writer.tryTo('the configuration', () => configuration(context, options.config));
    const collecting: Collecting = { stack, client, aws, hours: options.hours, signal: io.signal, physicalIds };
    for (const { about, collect } of COLLECTORS) {
      io.status(`collecting ${about}`);
      await writer.tryTo(about, () => collect(collecting));
    }
    const { files, missing } = writer;
    const about = { stack: stack.name, made: made.toISOString(), hours: options.hours };
    const manifest: Manifest = { ...about, files, missing, leftOut: LEFT_OUT };
    await writeFile(join(writer.folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    const packed = join(folder, 'packed.tar.gz');
    await create({ gzip: true, file: packed, cwd: folder, portable: true }, [basename(writer.folder)]);
    await writeOutput(archive, await readFile(packed), 0o600);
    return { archive, ...manifest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The only way into the archive: everything is masked on its way. */
class BundleWriter {
  readonly folder: string;
  readonly files: Manifest['files'][number][] = [];
  readonly missing: Manifest['missing'][number][] = [];

  private readonly signal: AbortSignal;

  constructor(folder: string, signal: AbortSignal) {
    this.folder = folder;
    this.signal = signal;
  }

  async add(name: string, content: string): Promise<void> {
    const { text, masked } = redact(content);
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o600 });
    this.files.push({ name, bytes: Buffer.byteLength(text), masked });
  }

  /** What cannot be collected is noted: the rest is worth having. */
  async tryTo(what: string, collect: () => Promise<Readonly<Record<string, string>>>): Promise<void> {
    this.signal.throwIfAborted();
    try {
      for (const [name, content] of Object.entries(await collect())) await this.add(name, content);
    } catch (error) {
      this.signal.throwIfAborted();
      this.missing.push({ what, reason: redact(error instanceof Error ? error.message : String(error)).text });
    }
  }
}

function stamp(date: Date): string {
  return date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

async function versions(): Promise<Record<string, string>> {
  const root = resolve(import.meta.dirname, '../..');
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const said = async (command: string, ...args: string[]) =>
    await promisify(execFile)(command, args, { cwd: root }).then(
      ({ stdout }) => stdout.trim(),
      () => 'not found',
    );
  return {
    'librechat-cdk': manifest.version,
    commit: await said('git', 'describe', '--always', '--dirty'),
    'aws-cdk-lib': manifest.dependencies['aws-cdk-lib'] ?? '',
    'aws-cdk': manifest.dependencies['aws-cdk'] ?? '',
    node: process.version,
    python: await said('python3', '--version'),
    system: `${type()} ${release()}`,
  };
}

async function configuration(
  { env, cwd }: CommandContext,
  source: string | undefined,
): Promise<Record<string, string>> {
  try {
    const { config, base } = loadDeploymentConfig({ source, env, cwd });
    return await Promise.resolve({ 'config.json': `${JSON.stringify({ base, config }, null, 2)}\n` });
  } catch (error) {
    if (source !== undefined && error instanceof ConfigError)
      throw new UserError(error.message, 'correct it, or leave --config out', EXIT.usage);
    throw error;
  }
}
