import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { PRESETS } from '../../config/presets.ts';
import { runCommand } from './command.ts';
import { add, fromExitCode, NOTHING, type Counts } from './counts.ts';

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

/** cfn-lint over the templates that {@link synthPresets} left: one check per template. */
export async function checkTemplates(options: {
  env: NodeJS.ProcessEnv;
  python: string;
  folder: string;
}): Promise<Result> {
  const { env, python, folder } = options;
  let result: Result = { ...NOTHING, output: '' };
  for (const preset of Object.keys(PRESETS)) {
    const assembly = join(folder, preset, 'first');
    const files = await readdir(assembly).catch(() => []);
    const templates = files.filter((name) => name.endsWith('.template.json'));
    if (templates.length === 0) {
      result = { ...add(result, fromExitCode(1)), output: `${result.output}${preset}: no template in ${assembly}\n` };
    }
    for (const template of templates) {
      const { code, output } = await runCommand([join(python, '../cfn-lint'), join(assembly, template)], {
        cwd: root,
        env,
      });
      result = { ...add(result, fromExitCode(code)), output: `${result.output}${preset}: ${output || 'clean\n'}` };
    }
  }
  return result;
}
