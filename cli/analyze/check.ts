import type { AwsOptions } from '../aws-clients.ts';
import { explainAwsError } from '../aws-errors.ts';
import type { Owned } from '../inspect/lineage.ts';
import { redact } from '../redact.ts';
import type { DeployedStack } from '../stack.ts';

/** Worst first. `bad`: broken or about to break. `unknown`: it could not be asked, for the reason that is told. */
export const SEVERITIES = ['bad', 'warning', 'unknown', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A resource by its name in the template and by its name in AWS. */
export type Place = Pick<Owned, 'logicalId' | 'id'>;

/** What a check found, where, and what to do about it. */
export interface Finding {
  readonly severity: Severity;
  readonly what: string;
  readonly where: Place;
  readonly remedy: string;
}

/** What checks look at. */
export interface AnalysisContext {
  readonly stack: DeployedStack;
  readonly aws: AwsOptions;
  /** What the stack has of some types; without types everything. */
  readonly owned: (...types: readonly string[]) => readonly Owned[];
  readonly now: Date;
  /** Age of the oldest log line that is read. */
  readonly hours: number;
  /** Shows how far long work has come. */
  readonly tell: (progress: string) => void;
}

/** One question about a deployed stack. It may throw what AWS throws. */
export interface Check {
  readonly name: string;
  readonly about: string;
  readonly run: (context: AnalysisContext) => Promise<readonly Finding[]>;
}

export type NamedFinding = Finding & { readonly check: string };

export const finding = (severity: Severity, { logicalId, id }: Place, what: string, remedy: string): Finding => ({
  severity,
  what,
  where: { logicalId, id },
  remedy,
});

export const placeOf = ({ name, id }: DeployedStack): Place => ({ logicalId: name, id });

/** What is found on each of several things. */
export const onEach = async <T>(things: readonly T[], look: (thing: T) => Promise<Finding[]>): Promise<Finding[]> =>
  (await Promise.all(things.map(look))).flat();

/** Runs checks together; the worst findings first. A check that AWS refuses is a finding itself. */
export async function runChecks(checks: readonly Check[], context: AnalysisContext): Promise<NamedFinding[]> {
  let done = 0;
  const found = checks.map(async ({ name, about, run }) => {
    const findings = await run(context).catch((error: unknown) => {
      const known = explainAwsError(error);
      if (known === undefined) throw error;
      const remedy = known.remedy ?? 'ask again later, or look in the console';
      return [finding('unknown', placeOf(context.stack), `${about}: ${known.what}`, remedy)];
    });
    context.tell(`${++done} of ${checks.length} checks done`);
    return findings.map((one) => ({ ...one, check: name, what: redact(one.what).text }));
  });
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return (await Promise.all(found)).flat().sort((one, other) => rank(one) - rank(other));
}

/** Hours since a date; none is as long ago as can be. */
export const hoursSince = (date: Date | undefined, now: Date): number =>
  date === undefined ? Infinity : (now.getTime() - date.getTime()) / 3_600_000;

/** The texts that come most often, with their counts; those that differ only in ids and numbers are one. */
export function mostOften(texts: readonly string[], most: number): (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const text of texts.map(withoutIds)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, most);
}

const withoutIds = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<![A-Za-z0-9])(?=[\w-]*\d)[A-Fa-f0-9-]{8,}(?![A-Za-z0-9])|\d{4,}/g, '…')
    .trim();
