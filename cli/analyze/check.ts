import type { AwsOptions } from '../aws-clients.ts';
import type { Check as CheckOf, Finding, Severity } from '../findings.ts';
import type { Owned } from '../inspect/lineage.ts';
import type { DeployedStack } from '../stack.ts';

export type { Finding, Severity };

/** A resource by its name in the template and by its name in AWS. */
export type Place = Pick<Owned, 'logicalId' | 'id'>;

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

/** One question about a deployed stack. */
export type Check = CheckOf<AnalysisContext>;

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
