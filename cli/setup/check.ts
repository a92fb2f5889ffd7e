import type { DeploymentConfig } from '../../config/schema.ts';
import type { AwsOptions } from '../aws-clients.ts';
import { type Check, type NamedFinding, runChecks } from '../findings.ts';

/** What checks look at. */
export interface Surroundings {
  readonly config: DeploymentConfig;
  readonly aws: AwsOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

/** One thing that a deployment needs. */
export interface SetupCheck extends Check<Surroundings> {
  readonly needsAccount: boolean;
}

/** Name of the check without which nothing else of AWS can be asked. */
export const CREDENTIALS = 'credentials';

/** Whether the findings let somebody ask AWS. */
export const isLoggedIn = (findings: readonly NamedFinding[]): boolean =>
  findings.every(({ check, severity }) => check !== CREDENTIALS || severity === 'ok' || severity === 'warning');

export const NOBODY = 'not asked: nobody is logged in to AWS';

/** Runs checks; those of AWS together, once it is known that somebody is logged in. */
export async function checkSetup(
  checks: readonly SetupCheck[],
  surroundings: Surroundings,
): Promise<readonly NamedFinding[]> {
  const isFirst = ({ name, needsAccount }: SetupCheck) => !needsAccount || name === CREDENTIALS;
  const first = await runChecks(checks.filter(isFirst), surroundings);
  const others = checks.filter((check) => !isFirst(check));
  const rest = isLoggedIn(first)
    ? await runChecks(others, surroundings)
    : others.map(({ name }) => ({ check: name, severity: 'unknown' as const, what: NOBODY }));
  return [...first, ...rest];
}
