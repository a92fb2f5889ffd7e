/**
 * Writes the diagrams of docs/NETWORK_ARCHITECTURE.md: who talks to whom in each preset, as the templates say it.
 *
 *     npx --no-install tsx scripts/generate-network-diagrams.ts [--check]
 *
 * They are drawn from the graph that test/proof/reachability.test.ts proves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { resolvePreset } from '../config/deployment-config.ts';
import { PRESET_NAMES, type PresetName } from '../config/presets.ts';
import { diagramOf, rulesOf, summaryOf } from '../test/proof/diagram.ts';
import { checkReachability, type Reachability } from '../cli/network/reachability.ts';
import { templateOf } from '../test/sweeps/templates.ts';

const TARGET = fileURLToPath(new URL('../docs/NETWORK_ARCHITECTURE.md', import.meta.url));
const BEGIN = '<!-- Made by scripts/generate-network-diagrams.ts from the templates. Do not edit. -->';
const END = '<!-- End of what is made. -->';

function reachabilityOf(preset: PresetName): Reachability {
  const config = resolvePreset(preset);
  return checkReachability(templateOf(config), config);
}

function overview(presets: readonly (readonly [PresetName, Reachability])[]): string {
  return [
    '| preset | people reach | a way out by | interface endpoints | public addresses |',
    '| --- | --- | --- | --- | --- |',
    ...presets.map(([preset, reachability]) => {
      const { ways, endpoints, open, entrances } = summaryOf(reachability);
      return `| ${[preset, ...[entrances, ways, endpoints, open].map((names) => names.join(', ') || 'none')].join(' | ')} |`;
    }),
    '',
  ].join('\n');
}

function section([preset, reachability]: readonly [PresetName, Reachability]): string {
  const { needs, local, paths, rules } = reachability;
  return [
    `### ${preset}`,
    '',
    '```mermaid',
    diagramOf(reachability),
    '```',
    '',
    ...(local.length > 0 ? [`Inside the machine: ${[...new Set(local)].join(', ')}.`, ''] : []),
    '| security group of | lets in | on port |',
    '| --- | --- | --- |',
    ...rulesOf(reachability).map((row) => `| ${row.join(' | ')} |`),
    '',
    `${needs.length + local.length} connections are needed, ${paths} ways followed, ${rules} rules of ingress accounted for.`,
    '',
  ].join('\n');
}

const before = readFileSync(TARGET, 'utf8');
const [head, rest] = before.split(BEGIN);
const [, foot] = (rest ?? '').split(END);
if (head === undefined || foot === undefined) throw new Error(`${TARGET} has no place for the diagrams`);
const presets = PRESET_NAMES.map((preset) => [preset, reachabilityOf(preset)] as const);
const made = [BEGIN, '', overview(presets), ...presets.map(section), END].join('\n');
const text = await format(`${head}${made}${foot}`, { ...(await resolveConfig(TARGET)), parser: 'markdown' });
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (before !== text) {
  console.error('docs/NETWORK_ARCHITECTURE.md is stale: run npx --no-install tsx scripts/generate-network-diagrams.ts');
  process.exitCode = 1;
}
