import { Command } from 'commander';
import { COMMANDS } from '../../cli/main.ts';

/** Every command of the command line by its words, such as `config show`, each with options and arguments. */
export async function commandTree(): Promise<ReadonlyMap<string, Command>> {
  const program = new Command();
  for (const [name, { about, load }] of Object.entries(COMMANDS))
    (await load()).register(program.command(name).description(about), () => () => Promise.resolve());
  const tree = new Map<string, Command>();
  const add = (command: Command, words: readonly string[]) => {
    tree.set(words.join(' '), command);
    for (const sub of command.commands) add(sub, [...words, sub.name()]);
  };
  for (const command of program.commands) add(command, [command.name()]);
  return tree;
}
