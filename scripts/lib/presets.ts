import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { PRESETS } from '../../config/presets.ts';
import { runCommand } from './command.ts';
import { add, fromExitCode, NOTHING, reconcile, type Counts } from './counts.ts';

const root = resolve(import.meta.dirname, '../..');

interface Result extends Counts {
  readonly output: string;
}

/** The command that people type as `npx cdk`, without npx's own start-up. */
export const CDK = [process.execPath, join(root, 'node_modules/aws-cdk/bin/cdk')] as const;

/** Synthesizes each preset twice into `<folder>/<preset>/{first,second}` and compares the two: one check per preset. */
export async function synthPresets({ env, folder }: { env: NodeJS.ProcessEnv; folder: string }): Promise<Result> {
  await rm(folder, { recursive: true, force: true });
  let result: Result = { ...NOTHING, output: '' };
  for (const preset of Object.keys(PRESETS)) {
    const [first, second] = [join(folder, preset, 'first'), join(folder, preset, 'second')];
    let problem = '';
    for (const output of [first, second]) {
      const synth = await runCommand([...CDK, 'synth', '--quiet', '-c', `configSource=${preset}`, '--output', output], {
        cwd: root,
        env,
      });
      if (synth.code !== 0) problem += synth.output;
    }
    problem ||= (await differences(first, second)).map((file) => `differs between two synths: ${file}\n`).join('');
    const counts = fromExitCode(problem === '' ? 0 : 1);
    result = { ...add(result, counts), output: `${result.output}${preset}: ${problem || 'the same twice\n'}` };
  }
  return result;
}

/** Files that one of the folders lacks or that are not the same in both. */
export async function differences(first: string, second: string): Promise<readonly string[]> {
  const [left, right] = await Promise.all([contents(first), contents(second)]);
  const names = new Set([...left.keys(), ...right.keys()]);
  const same = (a?: Buffer, b?: Buffer) => a !== undefined && b !== undefined && a.equals(b);
  return [...names].filter((name) => !same(left.get(name), right.get(name))).sort();
}

async function contents(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [relative(folder, file), await readFile(file)] as const)));
}

/**
 * cfn-lint over the templates that {@link synthPresets} left: one check per preset, in one process, because loading the
 * rules takes as long as a template.
 */
export async function checkTemplates(options: {
  env: NodeJS.ProcessEnv;
  python: string;
  folder: string;
}): Promise<Result> {
  const { env, python, folder } = options;
  const presets = Object.keys(PRESETS).map((preset) => join(folder, preset, 'first'));
  const templates = (await Promise.all(presets.map(templatesIn))).flat();
  const { code, output } = await runCommand(
    [join(python, '../cfn-lint'), '--format', 'parseable', '--', ...templates],
    { cwd: root, env },
  );
  const isClean = (assembly: string) =>
    templates.some((template) => template.startsWith(join(assembly, '/'))) && !output.includes(join(assembly, '/'));
  const counts = presets.map((assembly) => fromExitCode(isClean(assembly) ? 0 : 1)).reduce(add, NOTHING);
  return { ...reconcile(counts, code), output };
}

export async function templatesIn(assembly: string): Promise<readonly string[]> {
  const files = await readdir(assembly).catch(() => []);
  return files.filter((name) => name.endsWith('.template.json')).map((name) => join(assembly, name));
}
