import { access, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, UserError } from './errors.ts';

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Refuses a file that could not be written: to be asked before the work that it is the result of. */
export async function checkOutput(path: string): Promise<void> {
  const refuse = (reason: string) => {
    throw new UserError(`${path} cannot be written (${reason})`, 'name a file in a folder that is there', EXIT.usage);
  };
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) refuse('it is a folder');
  await access(`${dirname(path)}/.`, constants.W_OK).catch((error: unknown) => {
    refuse(reasonOf(error));
  });
}

/** Writes a file that a person asked for, whole or not at all. */
export async function writeOutput(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await writeWhole(path, content, mode).catch((error: unknown) => {
    throw new UserError(`${path} cannot be written`, reasonOf(error));
  });
}

async function writeWhole(path: string, content: string | Buffer, mode: number): Promise<void> {
  // What a link leads to is replaced, not the link.
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile() && !there.isDirectory()) {
    // A pipe or a device, such as standard output.
    await writeFile(target, content);
    return;
  }
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, content, { mode });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
