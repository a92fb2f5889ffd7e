import { join, resolve } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const linters = new Map<string, Promise<ESLint>>();

/** The project's own prohibitions as they hold for a file, without the rules that need types. */
async function linterFor(filePath: string): Promise<ESLint> {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(filePath)) as Linter.Config;
  const isOurs = /^(project\/|no-restricted-|no-console$)/;
  return new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: { ...config.languageOptions, parserOptions: {} },
      plugins: config.plugins ?? {},
      rules: Object.fromEntries(Object.entries(config.rules ?? {}).filter(([name]) => isOurs.test(name))),
    },
  });
}

async function problems(path: string, text: string): Promise<readonly string[]> {
  const [folder = ''] = path.split('/');
  const linter = linters.get(folder) ?? linterFor(join(root, path));
  linters.set(folder, linter);
  const [result] = await (await linter).lintText(text, { filePath: join(root, path) });
  return (result?.messages ?? []).map(({ message }) => message);
}

describe('the dependency rule', () => {
  test.each([
    [
      'config/a.ts',
      "import '../lib/b.ts';",
      'config/ must not import from lib/: it may import no other folder of ours',
    ],
    ['lib/a.ts', "import '../cli/io.ts';", 'lib/ must not import from cli/: it may import config/'],
    ['lib/constructs/x/a.ts', "export * from '../../../bin/librechat.ts';", 'lib/ must not import from bin/'],
    ['cli/commands/a.ts', "export { x } from '../../bin/librechat.ts';", 'cli/ must not import from bin/'],
    ['cli/a.ts', "const x = await import('../test/helpers/setup.ts');", 'cli/ must not import from test/'],
    ['rehearsal/a.ts', "import type { T } from '../config/schema.ts';", 'rehearsal/ must not import from config/'],
    ['bin/a.ts', "import '../cli/main.ts';", 'bin/ must not import from cli/'],
  ])('fails for %s: %s', async (path, text, message) => {
    expect(await problems(path, text)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['config/a.ts', "import './schema.ts';"],
    ['lib/constructs/x/a.ts', "import type { T } from '../../../config/schema.ts'; import '../../utils/y.ts';"],
    ['cli/a.ts', "import '../lib/app.ts'; await import('../rehearsal/main.ts'); import 'zod';"],
    ['bin/a.ts', "import '../lib/app.ts'; import '../config/deployment-config.ts';"],
    ['scripts/a.ts', "import '../cli/main.ts'; console.log(1);"],
    ['test/lib/a.test.ts', "import '../../bin/librechat.ts';"],
  ])('allows %s: %s', async (path, text) => {
    expect(await problems(path, text)).toEqual([]);
  });
});

describe('lib/ is deterministic', () => {
  test.each([
    'export const a = process.env;',
    'export const a = Date.now();',
    'export const a = new Date();',
    'export const a = Math.random();',
    'export const a = crypto.randomUUID();',
    "import { randomBytes } from 'node:crypto'; export { randomBytes };",
    "import process from 'node:process'; export { process };",
    "import https from 'node:https'; export { https };",
    "import '@aws-sdk/client-s3';",
    "import * as cdk from 'aws-cdk-lib'; export { cdk };",
    'console.log(1);',
    "class A { constructor(scope: S, id: string) { super(scope, id); new B(scope, 'Bucket'); } }",
    'class A { constructor(name: string) { new B(this, `Bucket${name}`, {}); } }',
    "class A { constructor(name: string) { new B(this, 'Bucket' + name); } }",
  ])('fails for %s', async (text) => {
    expect(await problems('lib/constructs/a.ts', text)).toHaveLength(1);
  });

  test.each([
    "export const a = new Date('2026-11-24');",
    "import { createHash } from 'node:crypto'; export { createHash };",
    "import { Stack } from 'aws-cdk-lib/core'; export { Stack };",
    'export function a(scope: S, id: string) { return new B(scope, id); }',
    "class A { constructor(scope: S, id: string) { super(scope, id); new B(this, 'Bucket', { name: `x${id}` }); } }",
  ])('allows %s', async (text) => {
    expect(await problems('lib/constructs/a.ts', text)).toEqual([]);
  });
});
