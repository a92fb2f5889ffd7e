import { fileURLToPath } from 'node:url';
import type { Argument, Command, Option } from 'commander';
import { PRESET_NAMES } from '../../config/presets.ts';
import type { RunAction } from '../main.ts';
import { examples } from './options.ts';

/** A file of this repository as a word of a shell: files that people name are those of the folder they are in. */
const quoted = (file: string) =>
  `'${fileURLToPath(new URL(`../../${file}`, import.meta.url)).replaceAll("'", String.raw`'\''`)}'`;

const SOURCES = ['source', 'configuration'];
export function register(command: Command, run: RunAction): void {
  command
    .option('--json', 'print one JSON value')
    .addHelpText(
      'after',
      `
Prints a script for bash and zsh: it makes 'librechat' a name for these commands, and completes it. Source the file in
~/.bashrc or ~/.zshrc.

${examples('completion', '> ~/.librechat-completion.sh', '--json').trimStart()}`,
    )
    .action(
      run(({ io }, { json }: { json?: boolean }) => {
        const script = completionScript(command.parent ?? command);
        io.result(json === true ? JSON.stringify({ script }, null, 2) : script);
        return Promise.resolve(undefined);
      }),
    );
}

/** Words that may follow a command or one of its flags, by what was typed before. */
function wordsOf(command: Command, path: readonly string[]): [at: string, words: readonly string[]][] {
  const flags = command.options.filter(({ hidden }) => !hidden);
  const subcommands = command.commands.map((sub) => sub.name());
  const values = command.registeredArguments.flatMap(argumentValues);
  return [
    [path.join(' '), [...subcommands, ...values, ...flags.flatMap(({ long }) => long ?? []), '--help']],
    ...flags
      .filter(({ required, optional }) => required || optional)
      .map((flag): [string, readonly string[]] => [[...path, flag.long].join(' '), valuesOfFlag(flag)]),
    ...command.commands.flatMap((sub) => wordsOf(sub, [...path, sub.name()])),
  ];
}

const argumentValues = (argument: Argument): readonly string[] =>
  argument.argChoices ?? (SOURCES.includes(argument.name()) ? PRESET_NAMES : []);

const valuesOfFlag = ({ argChoices, flags }: Option): readonly string[] =>
  argChoices ?? (SOURCES.some((name) => flags.endsWith(`<${name}>`)) ? PRESET_NAMES : []);

/** A script for bash, and for zsh through its own imitation of bash's completion. */
function completionScript(program: Command): string {
  const places = wordsOf(program, []);
  const cases = places
    .filter(([, words]) => words.length > 0)
    .map(([at, words]) => `    '${at}') echo '${words.join(' ')}' ;;`);
  const anything = places.filter(([, words]) => words.length === 0).map(([at]) => `'${at}'`);
  return `# Completion of librechat-cdk's commands, for bash and zsh.
librechat() { ${quoted('node_modules/.bin/tsx')} ${quoted('cli/main.ts')} "$@"; }
_librechat_words() {
  case "$1" in
${cases.join('\n')}
    # Values that only people know.
    ${anything.join(' | ')}) ;;
    *) return 1 ;;
  esac
}
_librechat() {
  local at='' word index cur="\${COMP_WORDS[COMP_CWORD]}"
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    # A flag counts only right before the word that is completed: its value.
    if [[ "$word" == -* && $index -lt $((COMP_CWORD - 1)) ]]; then continue; fi
    if _librechat_words "\${at:+$at }$word" > /dev/null; then at="\${at:+$at }$word"; fi
  done
  COMPREPLY=($(compgen -W "$(_librechat_words "$at")" -- "$cur"))
}
if [[ -n "\${ZSH_VERSION:-}" ]]; then autoload -U +X bashcompinit && bashcompinit; fi
complete -o default -F _librechat librechat
`;
}
