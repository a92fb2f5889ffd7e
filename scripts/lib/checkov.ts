import { join } from 'node:path';
import { resolvePreset } from '../../config/deployment-config.ts';
import { PRESET_NAMES } from '../../config/presets.ts';
import { buildApp } from '../../lib/app.ts';
import { ACKNOWLEDGED_FINDINGS } from '../../lib/utils/acknowledged-findings.ts';
import { add, fromExitCode, NOTHING, type Counts } from './counts.ts';
import { CHECKOV, checkovFindings, figuresOf, writtenFindings } from './findings.ts';
import { templatesIn } from './presets.ts';
import { VARIANTS } from './variants.ts';

/**
 * checkov over the templates that the synth of the presets left: one check per preset that nothing is open and that the
 * written figures are true, one that nothing is open in variants of them, and one that no rule is acknowledged which
 * none of all breaks.
 */
export async function checkPresets({ env, folder }: { env: NodeJS.ProcessEnv; folder: string }) {
  const assemblies = PRESET_NAMES.map((preset) => ({ preset, path: join(folder, preset, 'first') }));
  const templates = (await Promise.all(assemblies.map(({ path }) => templatesIn(path)))).flat();
  const variants = synthesizeVariants(join(folder, '../variants'));
  const findings = await checkovFindings([...templates, ...variants.keys()], env);
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
  check(
    findings.flatMap(({ template, rule, resource, isOpen }) =>
      isOpen && variants.has(template) ? [`${variants.get(template)}: ${rule} ${resource}`] : [],
    ),
  );
  const broken = new Set(findings.map(({ rule }) => rule));
  check(
    ACKNOWLEDGED_FINDINGS.flatMap(({ checkov = [] }) => checkov)
      .filter((rule) => !broken.has(rule))
      .map((rule) => `${rule} is acknowledged and nothing breaks it`),
  );
  return { ...counts, output };
}

/** Name of each variant, by the path of its template. */
function synthesizeVariants(folder: string): ReadonlyMap<string, string> {
  return new Map(
    VARIANTS.map(({ name, preset, changes }, index) => {
      const { app, stack } = buildApp(resolvePreset(preset, changes), { outdir: join(folder, String(index)) });
      return [app.synth().getStackByName(stack.stackName).templateFullPath, name];
    }),
  );
}
