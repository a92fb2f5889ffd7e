import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/** The Python functions of this project, by their folder under `lambda/`. */
export const PYTHON_FUNCTIONS = ['init-postgres', 'init-docdb'] as const;

/** One of {@link PYTHON_FUNCTIONS}. */
export type PythonFunctionName = (typeof PYTHON_FUNCTIONS)[number];

/** A bundle could not be built; the message says why, the hint what to do. */
export class PythonBundleError extends Error {
  readonly hint = 'run "npm run bundle" once with network access; it needs python3 with pip, but no Docker';

  constructor(name: PythonFunctionName, reason: string) {
    super(`cannot bundle lambda/${name}: ${reason}`);
    this.name = 'PythonBundleError';
    this.message += `\n${this.hint}`;
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLER = 'lambda/bundle.py';
const CACHE = '.cache/lambda';

/**
 * The code of a Python function with its locked dependencies, for arm64 and Python 3.13.
 *
 * One archive, because staging copies it on every synth: 1 file instead of about 300.
 * The asset's hash is that of the inputs: neither pip's version nor the machine changes a template.
 */
export function pythonBundle(name: PythonFunctionName): AssetCode {
  const hash = inputHash(name);
  return Code.fromAsset(ensureArchive(name, hash), { assetHash: hash });
}

/** Builds what is missing, so that later synths need no network. Returns the archives. */
export function ensurePythonBundles(): string[] {
  return PYTHON_FUNCTIONS.map((name) => ensureArchive(name, inputHash(name)));
}

function ensureArchive(name: PythonFunctionName, hash: string): string {
  const archive = join(ROOT, CACHE, `${name}-${hash.slice(0, 16)}.zip`);
  if (existsSync(archive)) return archive;
  const { error, status, stderr } = spawnSync('python3', [join(ROOT, BUNDLER), name, archive], { encoding: 'utf8' });
  if (error !== undefined) throw new PythonBundleError(name, `python3 does not run (${error.message})`);
  if (status !== 0) throw new PythonBundleError(name, stderr.trim().split('\n').at(-1) ?? 'no reason given');
  return archive;
}

/** Everything that decides about the archive's content, and nothing else. */
function inputHash(name: PythonFunctionName): string {
  const hash = createHash('sha256');
  for (const file of [
    ...sources('lambda/common'),
    ...sources(`lambda/${name}`),
    'lib/assets/rds-ca-bundle.pem',
    BUNDLER,
  ]) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((file) => /\.(py|json)$|^requirements\.txt$/.test(file))
    .sort()
    .map((file) => `${folder}/${file}`);
}
