import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PresetName } from '../../config/presets.ts';
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
