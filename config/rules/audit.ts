import type { DeploymentConfig } from '../schema.ts';
import { STACK_TAGS, TAG_TEXT, USER_TAGS } from '../tags.ts';
import type { Report } from './common.ts';

export function auditRules({ audit, data }: DeploymentConfig, report: Report): void {
  if (audit.trail === 'own' && audit.trailLock !== 'none' && data.removalPolicy === 'destroy') {
    report(
      'audit.trailLock',
      "what is locked cannot be deleted with the stack, as data.removalPolicy 'destroy' wants: set 'none', or data.removalPolicy to 'retain'",
    );
  }
}

const refused = (value: string) => `AWS takes letters, digits, spaces and _ . : / = + - @ in tags, got ${value}`;

/** What AWS refuses in tags beyond their length, and what would hide a tag that commands and budgets look for. */
export function tagRules({ tags, tagging }: DeploymentConfig, report: Report): void {
  const earlier: string[] = [];
  for (const [key, value] of Object.entries(tags)) {
    const problem = problemOf(key, value, earlier);
    if (problem !== undefined) report(`tags.${key}`, problem);
    earlier.push(key);
  }
  if (earlier.length > USER_TAGS) report('tags', `at most ${USER_TAGS} tags of your own, got ${earlier.length}`);
  for (const key of ['owner', 'costCenter'] as const) {
    const value = tagging[key] ?? '';
    if (!TAG_TEXT.test(value)) report(`tagging.${key}`, refused(JSON.stringify(value)));
  }
}

function problemOf(key: string, value: string, earlier: readonly string[]): string | undefined {
  // Many services tell no case.
  const like = (others: readonly string[]) => others.find((other) => other.toLowerCase() === key.toLowerCase());
  if (/^aws:/i.test(key)) return "AWS keeps the prefix 'aws:' for itself: choose another name";
  if (!TAG_TEXT.test(key + value)) return refused(JSON.stringify({ [key]: value }));
  const own = like(STACK_TAGS);
  if (own !== undefined) return `the stack sets ${own} itself, see tagging: choose another name`;
  const other = like(earlier);
  return other === undefined ? undefined : `differs from ${other} only in capitals: choose another name`;
}
