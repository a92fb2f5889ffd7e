import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/** The Python functions of this project, by their folder under `lambda/`. */
export const PYTHON_FUNCTIONS = ['init-postgres', 'init-docdb'] as const;

/** One of {@link PYTHON_FUNCTIONS}. */
export type PythonFunctionName = (typeof PYTHON_FUNCTIONS)[number];

/** A bundle could not be built; the message says why and what to do. */
class PythonBundleError extends Error {
  constructor(name: PythonFunctionName, reason: string) {
    super(
      `cannot bundle lambda/${name}: ${reason}\n` +
        'run "npm run bundle" once with network access; it needs python3 with pip, but no Docker',
    );
    this.name = 'PythonBundleError';
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = '.cache/lambda';
/** Raise it when this file puts something else into the archives: it is part of their hash. */
const BUNDLER_VERSION = '1';
/** The Lambda runtime's wheels, whatever machine this is. Amazon Linux 2023 has glibc 2.34; wheels carry either name. */
const TARGET = ['--implementation', 'cp', '--python-version', '3.13', '--only-binary=:all:'].concat(
  ['manylinux2014_aarch64', 'manylinux_2_28_aarch64'].flatMap((platform) => ['--platform', platform]),
);
const PIP = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--require-hashes'].concat([
  '--disable-pip-version-check',
  '--root-user-action=ignore',
  // Older pips hold the packages' Requires-Python against this machine's Python instead of the runtime's.
  '--ignore-requires-python',
  // Without a network the answer must come soon.
  '--retries=1',
  '--timeout=20',
]);
const UNREACHABLE =
  /NewConnectionError|NameResolutionError|ConnectTimeout|Connection (refused|reset)|ProxyError|ReadTimeout/;
/** Never imported at run time. METADATA stays: it carries the licenses, and scanners look for it. */
const UNUSED = [
  /\.(pyc|pyi|c|h|typed)$/,
  /(^|\/)(__pycache__|bin|tests?)\//,
  /\.dist-info\/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json)$/,
];

/**
 * The code of a Python function with its locked dependencies, for arm64 and Python 3.13.
 *
 * One archive, because every synth copies it: about 5 times faster than a folder of some 300 files.
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

/** Everything that decides about the archive's content, and nothing else. */
function inputHash(name: PythonFunctionName): string {
  const hash = createHash('sha256').update(BUNDLER_VERSION);
  for (const file of [requirements(name), ...ownFiles(name)]) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`\0${file}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

const requirements = (name: PythonFunctionName): string => `lambda/${name}/requirements.txt`;

function ownFiles(name: PythonFunctionName): string[] {
  const sources = ['lambda/common', `lambda/${name}`].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => /\.(py|json)$/.test(file))
      .sort()
      .map((file) => `${folder}/${file}`),
  );
  return [...sources, 'lib/assets/rds-ca-bundle.pem'];
}

function ensureArchive(name: PythonFunctionName, hash: string): string {
  const archive = join(ROOT, CACHE, `${name}-${hash.slice(0, 16)}.zip`);
  if (!existsSync(archive)) build(name, archive);
  return archive;
}

function build(name: PythonFunctionName, archive: string): void {
  mkdirSync(dirname(archive), { recursive: true });
  const folder = mkdtempSync(join(dirname(archive), `.${name}-`));
  try {
    const content = join(folder, 'content');
    install(name, content);
    for (const file of ownFiles(name)) copyFileSync(join(ROOT, file), join(content, basename(file)));
    const partial = join(folder, 'partial.zip');
    writeFileSync(partial, zip(content));
    // Atomic: of two builds at once, either archive is whole, and they are equal.
    renameSync(partial, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(name: PythonFunctionName, target: string): void {
  const from = ['--target', target, '-r', join(ROOT, requirements(name))];
  const { error, status, stderr } = spawnSync('python3', [...PIP, ...TARGET, ...from], { encoding: 'utf8' });
  if (error !== undefined) throw new PythonBundleError(name, `python3 does not run (${error.message})`);
  if (status === 0) return;
  if (UNREACHABLE.test(stderr)) throw new PythonBundleError(name, 'the package registry cannot be reached');
  const lines = stderr.trim().split('\n');
  throw new PythonBundleError(
    name,
    lines.findLast((line) => /^ERROR|No module named/.test(line)) ?? lines.at(-1) ?? '',
  );
}

/** A ZIP archive with sorted names, no times and the same mode everywhere: the same files give the same bytes. */
function zip(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.split(sep).join('/'))
    .filter((file) => !UNUSED.some((pattern) => pattern.test(file)))
    .sort();
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const content = readFileSync(join(folder, name));
    const packed = deflateRawSync(content, { level: 9 });
    const encoded = Buffer.from(name);
    // Version 2.0, names in UTF-8, deflate, 1980-01-01 00:00.
    const common = Buffer.alloc(26);
    [20, 0x0800, 8, 0, 0x21].forEach((value, index) => common.writeUInt16LE(value, index * 2));
    [crc32(content), packed.length, content.length].forEach((value, index) =>
      common.writeUInt32LE(value, 10 + index * 4),
    );
    common.writeUInt16LE(encoded.length, 22);
    files.push(signature(0x04034b50), common, encoded, packed);
    const entry = Buffer.alloc(14);
    // Made on Unix, mode 0644: the umask of this machine must not decide whether Lambda's user can read the file.
    entry.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    entry.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), Buffer.from([20, 3]), common, entry, encoded);
    offset += 30 + encoded.length + packed.length;
  }
  const end = Buffer.alloc(18);
  [4, 6].forEach((position) => end.writeUInt16LE(names.length, position));
  [directory.reduce((size, part) => size + part.length, 0), offset].forEach((value, index) =>
    end.writeUInt32LE(value, 8 + index * 4),
  );
  return Buffer.concat([...files, ...directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
