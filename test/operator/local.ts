import { inject } from 'vitest';
import { awsOptions } from '../../cli/aws-clients.ts';
import { run, type Ran } from '../cli/running.ts';

export const env = inject('awsEnv');

/** Options of clients of the local AWS, for what a test looks up or breaks by itself. */
export const options = awsOptions(env);

/** Runs a command line against the local AWS, in a folder with these files. */
export const operate = (
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<Ran> => run(args, files, { ...env, ...changes });

/** The one JSON value that a command printed. */
export const json = ({ stdout }: Ran): unknown => JSON.parse(stdout) as unknown;
