/**
 * Writes the findings of cdk-nag and checkov into docs/SECURITY.md: how many, and why the acknowledged ones stay.
 *
 *     npx --no-install tsx scripts/generate-findings-table.ts [--check]
 *
 * The figures are those that the suites `validated` and `checkov` hold docs/findings.json to.
 */
import { PRESET_NAMES } from '../config/presets.ts';
import findings from '../docs/findings.json' with { type: 'json' };
import acknowledged from '../lib/utils/acknowledged-findings.json' with { type: 'json' };
import { writeBlock } from './lib/generated-block.ts';

type Row = Readonly<Partial<Record<'AwsSolutions' | 'compliance' | 'checkov' | 'resources', readonly string[]>>> & {
  readonly reason: string;
};

const code = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');

const figures = Object.entries(findings).flatMap(([tool, presets]) =>
  PRESET_NAMES.flatMap((preset) => {
    const counted = (presets as Readonly<Partial<Record<string, { found: number; open: number }>>>)[preset];
    if (counted === undefined) return [];
    const { found, open } = counted;
    return [`| ${tool} | ${preset} | ${found} | ${found - open} | ${open} |`];
  }),
);

const reasons = (acknowledged as readonly Row[]).map(
  ({ AwsSolutions = [], compliance = [], checkov = [], resources = [], reason }) => {
    const rules = [
      ...(AwsSolutions.length > 0 ? [`AwsSolutions ${code(AwsSolutions)}`] : []),
      ...(compliance.length > 0 ? [`HIPAA and NIST ${code(compliance)}`] : []),
      ...(checkov.length > 0 ? [`checkov ${code(checkov)}`] : []),
    ];
    return `| ${code(resources)} | ${rules.join('; ')} | ${reason} |`;
  },
);

await writeBlock('docs/SECURITY.md', [
  '| tool | preset | findings | acknowledged | open |',
  '| --- | --- | --- | --- | --- |',
  ...figures,
  '',
  '### Why the acknowledged ones stay',
  '',
  '| resources, by their path in the stack | rules | reason |',
  '| --- | --- | --- |',
  ...reasons,
]);
