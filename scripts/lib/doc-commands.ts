import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { configTree } from '../../config/config-paths.ts';

/** A call of our command line that a document shows. */
export interface DocumentedCall {
  /** Words of the command, such as `config show`. */
  readonly command: string;

  /** What follows them. */
  readonly args: readonly string[];
  readonly text: string;
}

/** Scripts by name that stand for a command. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  start: 'rehearse',
  config: 'config',
  wizard: 'wizard',
  report: 'report',
  'estimate-cost': 'estimate',
  'deploy-interactive': 'wizard',
  deploy: 'deploy',
  'setup-environment': 'setup',
  'check-resources': 'check-resources',
  'analyze-deployment': 'analyze',
  cleanup: 'cleanup',
  'create-support-bundle': 'support-bundle',
  'create-one-click-deploy': 'one-click',
};

const CALL =
  /(?:npx (?:--no-install )?tsx cli\/main\.ts|npm (?:run )?(start|config|wizard|report|estimate-cost)(?: --)?|(?:\.\/)?scripts\/([a-z-]+)\.sh) ?([^\n`|&;#>)]*)/g;

/** Calls in the code of a Markdown text, in blocks and inline. */
export function documentedCalls(text: string, tree: ReadonlyMap<string, Command>): DocumentedCall[] {
  const code = [...text.matchAll(/```(?:bash|sh|console)?\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, block, inline]) =>
    (block ?? inline ?? '').replaceAll(/\\\n\s*/g, ' '),
  );
  return code.flatMap((snippet) =>
    [...snippet.matchAll(CALL)].flatMap(([all, script, file, rest = '']) => {
      const implied = STANDS_FOR[script ?? file ?? ''];
      const words = [...(implied === undefined ? [] : [implied]), ...split(rest)];
      const length = tree.has(words.slice(0, 2).join(' ')) ? 2 : 1;
      const command = words.slice(0, length).join(' ');
      return command === '' ? [] : [{ command, args: words.slice(length), text: all.trim() }];
    }),
  );
}

/** What is wrong with a documented call: a command, a flag or a setting that does not exist. */
export function problemsOf({ command, args, text }: DocumentedCall, tree: ReadonlyMap<string, Command>): string[] {
  const known = tree.get(command);
  // `status|analyze` and `<command>` are not calls.
  if (known === undefined) return /^[a-z-]+$/.test(command) ? [`no command is named '${command}': ${text}`] : [];
  const flags = new Set([...known.options.flatMap(({ long }) => long ?? []), '--help']);
  return args.flatMap((arg, index) => {
    const [flag = ''] = arg.split('=');
    if (arg.startsWith('--') && arg !== '--' && !flags.has(flag)) return [`'${command}' has no ${flag}: ${text}`];
    const setting = args[index - 1] === '--set' ? flag : undefined;
    return setting === undefined || isSetting(setting) ? [] : [`no setting is named '${setting}': ${text}`];
  });
}

const { leaves, groups } = configTree();

function isSetting(path: string): boolean {
  const isKnown = [...leaves, ...groups].some((known) => known.path === path);
  return isKnown || leaves.some(({ kind, path: record }) => kind === 'record' && path.startsWith(`${record}.`));
}

/** As a shell splits it. */
function split(line: string): string[] {
  const words = line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replaceAll(/['"]/g, ''));
}

/** What makes an array of words a command line that runs, and not one that is only talked about. */
const RUNS = String.raw`(?:\b(?:run|operate|runCli|CliTerminal)\(|=>?|\breturn)\s*\[|\bmain(?:\.ts')?,\s*\[?`;

/** Whether a test runs a command: hands its words to what runs command lines, at once or under a name. */
export function runsCommand(test: string, command: string): boolean {
  const [first = '', ...others] = command.split(' ').map((word) => `'${word}'`);
  const words = [first, ...others].join(String.raw`,\s*`);
  // A helper of the command's own name adds the first word.
  const helper = others.length === 0 ? '(?!)' : String.raw`\b${first.slice(1, -1)}\(\[\s*${others.join(', ')}`;
  return new RegExp(String.raw`(?:(?:${RUNS})\s*${words}|${helper})(?!,\s*'--help')\s*[,\]]`).test(test);
}

/** Tests of these files that run a command; the one that holds all commands to their contract is none of them. */
export function testsOf(command: string, files: readonly string[]): string[] {
  return files
    .filter(
      (file) => /^test\/(operator|cli|rehearsal)\/.*\.test\.ts$/.test(file) && !file.endsWith('/contract.test.ts'),
    )
    .filter((file) => runsCommand(readFileSync(file, 'utf8'), command));
}
