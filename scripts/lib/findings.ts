import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type IApplyRule,
  type NagPack,
  NagRuleCompliance,
  NIST80053R5Checks,
} from 'cdk-nag';
import type { App } from 'aws-cdk-lib/core';
import type { PresetName } from '../../config/presets.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { pythonEnv } from '../../rehearsal/python-env.ts';
import { runCommand } from './command.ts';

const root = resolve(import.meta.dirname, '../..');

/** How many findings a tool has, and how many of them nobody has acknowledged. */
export interface Figures {
  readonly found: number;
  readonly open: number;
}

/** Figures by tool and preset. */
export type Findings = Readonly<Record<string, Readonly<Partial<Record<PresetName, Figures>>>>>;

export const FINDINGS_FILE = join(root, 'docs/findings.json');
export const CHECKOV = 'checkov';

/** What `scripts/update-findings.ts` wrote last. */
export function writtenFindings(): Findings {
  return JSON.parse(readFileSync(FINDINGS_FILE, 'utf8')) as Findings;
}

/** A rule that a resource breaks, acknowledged or not. */
export interface NagFinding {
  readonly rule: string;

  /** Path of the resource in its stack. */
  readonly path: string;
  readonly isOpen: boolean;
}

/** What each pack of cdk-nag that a configuration asks for finds in its synthesized app. */
export function nagFindings(app: App, { compliance }: DeploymentConfig): Record<string, NagFinding[]> {
  const packs = compliance.includes('hipaa')
    ? [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks]
    : [AwsSolutionsChecks];
  return Object.fromEntries(
    packs.map((Pack) => {
      const pack = new Pack();
      const broken = listen(pack);
      const { violations } = pack.validateScope(app);
      const open = new Set(
        violations.flatMap(({ ruleName, violatingResources = [] }) =>
          violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
        ),
      );
      const findings = [...broken].map(([key, finding]) => ({ ...finding, isOpen: open.has(key) }));
      return [`cdk-nag ${pack.readPackName}`, findings];
    }),
  );
}

/** Listens to a pack as it judges: its report leaves out what is acknowledged. */
function listen(pack: NagPack): Map<string, Omit<NagFinding, 'isOpen'>> {
  const broken = new Map<string, Omit<NagFinding, 'isOpen'>>();
  // Protected: packs of one's own call it.
  const judge = pack as unknown as { applyRule(params: IApplyRule): void };
  const applyRule = judge.applyRule.bind(pack);
  judge.applyRule = (params) => {
    applyRule(params);
    const { path } = params.node.node;
    const id = `${pack.readPackName}-${params.ruleSuffixOverride ?? params.rule.name}`;
    for (const rule of brokenRules(id, params))
      broken.set(`${rule} ${path}`, { rule, path: path.split('/').slice(1).join('/') });
  };
  return broken;
}

function brokenRules(id: string, params: IApplyRule): string[] {
  try {
    const result = params.rule(params.node);
    if (Array.isArray(result)) return result.map((finding) => `${id}[${finding}]`);
    return result === NagRuleCompliance.NON_COMPLIANT ? [id] : [];
  } catch {
    // What cannot be judged counts as broken, as cdk-nag has it.
    return [id];
  }
}

interface CheckovResult {
  readonly check_id: string;
  readonly file_abs_path: string;
  readonly resource: string;
}
interface CheckovReport {
  readonly results: Readonly<Record<'failed_checks' | 'skipped_checks', readonly CheckovResult[]>>;
  readonly summary: { readonly parsing_errors: number; readonly resource_count: number };
}

/** What checkov finds in templates, in one process: loading its rules takes longer than judging. */
export async function checkovFindings(
  templates: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ template: string; rule: string; resource: string; isOpen: boolean }[]> {
  const python = await pythonEnv({ requirements: [join(root, 'scripts/checkov/requirements.txt')] });
  const { code, output } = await runCommand(
    [
      join(python, '../checkov'),
      ...['--framework', 'cloudformation', '--skip-download', '--compact', '--soft-fail', '--output', 'json'],
      ...templates.flatMap((template) => ['--file', template]),
    ],
    { cwd: root, env: { ...env, LOG_LEVEL: 'ERROR' } },
  );
  if (code !== 0) throw new Error(`checkov ended with ${code}: ${output.slice(-2000)}`);
  const { results, summary } = JSON.parse(output.slice(output.indexOf('{'))) as CheckovReport;
  if (summary.parsing_errors > 0 || summary.resource_count === 0)
    throw new Error(`checkov could not read ${summary.parsing_errors} of ${templates.length} templates`);
  return (['failed_checks', 'skipped_checks'] as const).flatMap((kind) =>
    results[kind].map(({ check_id, file_abs_path, resource }) => ({
      template: file_abs_path,
      rule: check_id,
      resource,
      isOpen: kind === 'failed_checks',
    })),
  );
}

export function figuresOf(findings: readonly { readonly isOpen: boolean }[]): Figures {
  return { found: findings.length, open: findings.filter(({ isOpen }) => isOpen).length };
}
