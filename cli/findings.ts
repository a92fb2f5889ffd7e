import { knownError } from './aws-errors.ts';
import type { Colors } from './io.ts';
import { redact } from './redact.ts';

/** Worst first. `bad`: broken or about to break. `unknown`: it could not be asked, for the reason that is told. */
export const SEVERITIES = ['bad', 'warning', 'unknown', 'info', 'ok'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a check found, where, and what to do about it. */
export interface Finding {
  /** @default name of the check */
  readonly check?: string;
  readonly severity: Severity;
  readonly what: string;
  /** A resource by its name in the template and by its name in AWS. */
  readonly where?: { readonly logicalId: string; readonly id: string };
  readonly remedy?: string | undefined;
}

export type NamedFinding = Finding & { readonly check: string };

/** One question. It may throw what {@link knownError} knows. */
export interface Check<Context> {
  readonly name: string;
  /** Said before the reason why it could not be asked. */
  readonly about?: string;
  readonly run: (context: Context) => Promise<readonly Finding[]>;
}

/** Runs checks together, and tells how many are done. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  tell: (done: number) => void = () => undefined,
): Promise<NamedFinding[]> {
  let done = 0;
  const found = checks.map(async ({ name, about, run }) => {
    const findings = await guarded(() => run(context), { about });
    tell(++done);
    return findings.map((one) => ({ check: name, ...one, what: redact(one.what).text }));
  });
  return (await Promise.all(found)).flat();
}

/** What cannot be told is a finding of its own, with the reason. */
export async function guarded(
  find: () => Promise<readonly Finding[]>,
  { about, ...known }: { readonly about?: string | undefined } & Partial<Finding> = {},
): Promise<readonly Finding[]> {
  try {
    return await find();
  } catch (error) {
    const { what, remedy } = knownError(error) ?? {};
    if (what === undefined) throw error;
    return [{ severity: 'unknown', what: about === undefined ? what : `${about}: ${what}`, remedy, ...known }];
  }
}

/** Findings one after the other, each with its place and its remedy. */
export function findingLines(findings: readonly NamedFinding[], colors: Colors): string[] {
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    bad: colors.red,
    warning: colors.yellow,
    unknown: colors.dim,
    info: colors.cyan,
    ok: colors.green,
  };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const further = ' '.repeat(INDENT);
  return findings.flatMap(({ check, severity, what, where, remedy }) => [
    `${paint[severity](severity.padEnd(INDENT - 1))} ${check.padEnd(width)}  ${what}`,
    ...(where === undefined ? [] : [`${further}where: ${[...new Set([where.logicalId, where.id])].join(', ')}`]),
    ...(remedy === undefined ? [] : [`${further}to mend it: ${remedy}`]),
  ]);
}

const INDENT = Math.max(...SEVERITIES.map((name) => name.length)) + 2;
