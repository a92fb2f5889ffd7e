import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { nagFindings, type NagFinding } from '../../cli/report/nag.ts';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import type { LibreChatStack } from '../../lib/librechat-stack.ts';
import { ACKNOWLEDGED_FINDINGS, concerns } from '../../lib/utils/acknowledged-findings.ts';
import { figuresOf, writtenFindings } from '../../scripts/lib/findings.ts';
import { VARIANTS } from '../../scripts/lib/variants.ts';
import { EVERY_PRESET } from '../helpers/deployments.ts';

/** What cdk-nag finds in a preset, by pack. */
function judged(
  name: PresetName,
  { changes = {}, spoil }: { changes?: PartialConfig; spoil?: (stack: LibreChatStack) => void } = {},
): Record<string, NagFinding[]> {
  const config = resolvePreset(name, changes);
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-cdk-nag-'));
  try {
    const { app, stack } = buildApp(config, { outdir });
    spoil?.(stack);
    app.synth();
    return nagFindings(app, config);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const open = (findings: Record<string, NagFinding[]>) =>
  Object.values(findings)
    .flat()
    .filter(({ isOpen }) => isOpen)
    .map(({ rule, path }) => `${rule} ${path}`);

const presets = new Map(EVERY_PRESET.map((name) => [name, judged(name)]));
const variants = VARIANTS.map(({ name, preset, changes }) => ({
  name,
  config: resolvePreset(preset, changes),
  packs: judged(preset, { changes }),
}));

afterAll(() => {
  for (const [name, packs] of presets) {
    const lines = Object.entries(packs).map(([pack, findings]) => {
      const { found, open } = figuresOf(findings);
      return `${name}, ${pack}: ${found} findings, ${found - open} acknowledged, ${open} open`;
    });
    // eslint-disable-next-line no-console -- the figures are what the suite shows
    console.log(lines.join('\n'));
  }
});

describe.each(EVERY_PRESET)('preset %s', (name) => {
  const packs = presets.get(name) ?? {};

  test('breaks no rule of cdk-nag without a reason', () => {
    expect(open(packs)).toEqual([]);
  });

  test('has the findings that docs/findings.json counts; scripts/update-findings.ts writes it', () => {
    const written = Object.entries(writtenFindings()).flatMap(([tool, { [name]: figures }]) =>
      tool.startsWith('cdk-nag') && figures !== undefined ? [[tool, figures]] : [],
    );
    expect(Object.entries(packs).map(([pack, findings]) => [pack, figuresOf(findings)])).toEqual(written);
  });
});

test.each(variants)('$name breaks no rule of cdk-nag without a reason', ({ packs }) => {
  expect(open(packs)).toEqual([]);
});

test('the rules of HIPAA and NIST judge what is held to HIPAA', () => {
  expect(Object.keys(presets.get('enterprise') ?? {})).toEqual([
    'cdk-nag AwsSolutions',
    'cdk-nag HIPAA.Security',
    'cdk-nag NIST.800.53.R5',
  ]);
});

test('every acknowledgement is of a finding that something above has, at every path that it names', () => {
  const judgedAbove = [...[...presets].map(([name, packs]) => ({ config: resolvePreset(name), packs })), ...variants];
  const seen = judgedAbove.flatMap(({ config, packs }) =>
    Object.values(packs)
      .flat()
      .map((finding) => ({ ...finding, config })),
  );
  const unused = ACKNOWLEDGED_FINDINGS.flatMap((row) => {
    const { AwsSolutions = [], compliance = [], checkov = [], resources } = row;
    const rules = [
      ...AwsSolutions.map((rule) => `AwsSolutions-${rule}`),
      // Not every one is in both packs.
      ...compliance.map((rule) => `-${rule}`),
    ];
    const isSeen = (rule: string, pattern: string) =>
      seen.some(
        (finding) =>
          finding.rule.split('[')[0]?.endsWith(rule.split('[')[0] ?? '') === true &&
          concerns({ ...row, resources: [pattern] }, finding.path, finding.config),
      );
    return [
      ...rules.filter((rule) => !resources.some((pattern) => isSeen(rule, pattern))),
      // What only checkov finds is looked for by its own suite.
      ...(checkov.length > 0 ? [] : resources.filter((pattern) => !rules.some((rule) => isSeen(rule, pattern)))),
    ];
  });
  expect(unused).toEqual([]);
});

test('every acknowledgement says why, and none is for the whole stack', () => {
  for (const { reason, resources } of ACKNOWLEDGED_FINDINGS) {
    expect(reason.length, reason).toBeGreaterThan(60);
    expect(resources.length).toBeGreaterThan(0);
    for (const pattern of resources) expect(pattern).toMatch(/^[A-Z][A-Za-z0-9]+/);
  }
});

test('a resource without an acknowledgement is found', () => {
  const findings = judged('minimal-dev', { spoil: (stack) => new s3.Bucket(stack, 'Forgotten') });
  expect(open(findings)).toEqual(['AwsSolutions-S1 Forgotten/Resource', 'AwsSolutions-S10 Forgotten/Resource']);
});

test('what a setting should have mended is a finding again', () => {
  const findings = judged('minimal-dev', {
    changes: { network: { flowLogs: true } },
    spoil: ({ node }) => node.findChild('Network').node.findChild('Vpc').node.tryRemoveChild('FlowLog'),
  });
  expect(open(findings)).toEqual(['AwsSolutions-VPC7 Network/Vpc/Resource']);
});
