import type { DeploymentConfig } from '../../config/schema.ts';
import type { AwsOptions } from '../aws-clients.ts';
import { explainAwsError } from '../aws-errors.ts';

/** `unknown`: it could not be asked, for the reason that was found. */
export type State = 'ok' | 'warn' | 'fail' | 'unknown';

/** What a check found, and how to mend it. */
export interface Finding {
  readonly name: string;
  readonly state: State;
  readonly found: string;
  readonly remedy?: string | undefined;
}

/** What checks look at. */
export interface Surroundings {
  readonly config: DeploymentConfig;
  readonly aws: AwsOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

/** One thing that a deployment needs. It may throw what AWS throws. */
export interface Check {
  readonly name: string;
  readonly needsAccount: boolean;
  readonly run: (surroundings: Surroundings) => Promise<readonly Finding[]>;
}

/** Name of the check without which nothing else of AWS can be asked. */
export const CREDENTIALS = 'credentials';

/** Runs checks; those of AWS together, once it is known that somebody is logged in. */
export async function runChecks(checks: readonly Check[], surroundings: Surroundings): Promise<Finding[]> {
  const run = async ({ name, run: find }: Check) => await guarded(name, () => find(surroundings));
  const isFirst = ({ name, needsAccount }: Check) => !needsAccount || name === CREDENTIALS;
  const first = await Promise.all(checks.filter(isFirst).map(run));
  const isLoggedIn = first
    .flat()
    .every(({ name, state }) => name !== CREDENTIALS || state === 'ok' || state === 'warn');
  const others = checks.filter((check) => !isFirst(check));
  const rest = isLoggedIn
    ? await Promise.all(others.map(run))
    : others.map(({ name }): Finding[] => [{ name, state: 'unknown', found: 'not asked: nobody is logged in to AWS' }]);
  return [...first, ...rest].flat();
}

/** A refused call is a finding of its own, with the reason. */
export async function guarded(
  name: string,
  find: () => Promise<readonly Finding[]>,
  state: State = 'unknown',
): Promise<readonly Finding[]> {
  try {
    return await find();
  } catch (error) {
    const known = explainAwsError(error);
    if (known === undefined) throw error;
    return [{ name, state, found: known.what, remedy: known.remedy }];
  }
}
