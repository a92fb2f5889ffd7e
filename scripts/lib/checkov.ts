import { join } from 'node:path';
import { PRESET_NAMES } from '../../config/presets.ts';
import { ACKNOWLEDGED_FINDINGS } from '../../lib/utils/acknowledged-findings.ts';
import { add, fromExitCode, NOTHING, type Counts } from './counts.ts';
import { CHECKOV, checkovFindings, figuresOf, writtenFindings } from './findings.ts';
import { templatesIn } from './presets.ts';

/**
 * checkov over the templates that the synth of the presets left: one check per preset that nothing is open and that the
 * written figures are true, and one that no rule is acknowledged which none of them breaks.
 */
export async function checkPresets({ env, folder }: { env: NodeJS.ProcessEnv; folder: string }) {
  const assemblies = PRESET_NAMES.map((preset) => ({ preset, path: join(folder, preset, 'first') }));
  const templates = (await Promise.all(assemblies.map(({ path }) => templatesIn(path)))).flat();
  const findings = await checkovFindings(templates, env);
  const written = writtenFindings()[CHECKOV] ?? {};
  let counts: Counts = NOTHING;
  let output = '';
  const check = (problems: readonly string[]) => {
    counts = add(counts, fromExitCode(problems.length === 0 ? 0 : 1));
    output += problems.map((problem) => `${problem}\n`).join('');
  };
  for (const { preset, path } of assemblies) {
    const own = findings.filter(({ template }) => template.startsWith(join(path, '/')));
    const figures = figuresOf(own);
    output += `${preset}: ${figures.found} findings, ${figures.found - figures.open} acknowledged, ${figures.open} open\n`;
    check([
      ...own.filter(({ isOpen }) => isOpen).map(({ rule, resource }) => `${preset}: ${rule} ${resource}`),
      ...(written[preset]?.found === figures.found
        ? []
        : [`${preset}: docs/findings.json is stale: run npx --no-install tsx scripts/update-findings.ts`]),
    ]);
  }
  const broken = new Set(findings.map(({ rule }) => rule));
  check(
    ACKNOWLEDGED_FINDINGS.flatMap(({ checkov = [] }) => checkov)
      .filter((rule) => !broken.has(rule))
      .map((rule) => `${rule} is acknowledged and no preset breaks it`),
  );
  return { ...counts, output };
}
