/**
 * Writes docs/findings.json: how many findings cdk-nag and checkov have in each preset, and how many are open.
 *
 *     npx --no-install tsx scripts/update-findings.ts
 *
 * The suites `validated` and `checkov` fail where the file is not what they find.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { nagFindings } from '../cli/report/nag.ts';
import { resolvePreset } from '../config/deployment-config.ts';
import { PRESET_NAMES } from '../config/presets.ts';
import { buildApp } from '../lib/app.ts';
import { CHECKOV, checkovFindings, type Figures, figuresOf, FINDINGS_FILE } from './lib/findings.ts';

const folder = mkdtempSync(join(tmpdir(), 'librechat-cdk-findings-'));
try {
  const written: Record<string, Record<string, Figures>> = {};
  const templates = new Map<string, string>();
  for (const preset of PRESET_NAMES) {
    const config = resolvePreset(preset);
    const { app, stack } = buildApp(config, { outdir: join(folder, preset) });
    templates.set(preset, app.synth().getStackByName(stack.stackName).templateFullPath);
    for (const [tool, findings] of Object.entries(nagFindings(app, config)))
      written[tool] = { ...written[tool], [preset]: figuresOf(findings) };
  }
  const found = await checkovFindings([...templates.values()], process.env);
  written[CHECKOV] = Object.fromEntries(
    [...templates].map(([preset, path]) => [preset, figuresOf(found.filter(({ template }) => template === path))]),
  );
  const text = JSON.stringify(written);
  writeFileSync(FINDINGS_FILE, await format(text, { ...(await resolveConfig(FINDINGS_FILE)), parser: 'json' }));
} finally {
  rmSync(folder, { recursive: true });
}
