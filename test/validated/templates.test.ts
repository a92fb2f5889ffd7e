import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import { buildApp } from '../../lib/app.ts';
import { EVERY_PRESET } from '../helpers/deployments.ts';

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Findings of the CDK's own validation, strict: warnings count, and only what has a reason may be acknowledged. */
function findings(build: (outdir: string) => { synth(): unknown }): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-cdk-validated-'));
  try {
    try {
      build(outdir).synth();
    } catch (error) {
      if ((error as Error).name !== 'ValidationFailed') throw error;
    }
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return report.pluginReports.flatMap(({ violations }) =>
      violations.map(
        ({ ruleName, description, violatingConstructs }) =>
          `${ruleName} ${violatingConstructs.map(({ constructPath }) => constructPath).join(', ')}: ${description}`,
      ),
    );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const strict = { '@aws-cdk/core:validateAgainstDefaultRules': true };

test.each(EVERY_PRESET)('preset %s has no finding of the template validation', (name) => {
  expect(
    findings(
      (outdir) => buildApp(resolvePreset(name), { outdir, context: strict, builtinCloudFormationValidation: true }).app,
    ),
  ).toEqual([]);
});

test('a property that CloudFormation does not know is found', () => {
  const found = findings((outdir) => {
    const { app, stack } = buildApp(resolvePreset('minimal-dev'), {
      outdir,
      context: strict,
      builtinCloudFormationValidation: true,
    });
    new CfnBucket(stack, 'Broken').addPropertyOverride('Nonsense', 1);
    return app;
  });
  expect(found.join()).toContain('LibreChatStack/Broken');
});
