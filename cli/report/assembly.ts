import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { DeploymentConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';

/** A resource as CloudFormation gets it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A finding that somebody looked at and let be, with the reason. */
export interface Acknowledgement {
  readonly rule: string;
  readonly place: string;
  readonly reason: string;
}

export interface Violation {
  readonly rule: string;
  readonly severity: string;
  readonly places: readonly string[];
  readonly text: string;
}

/** What a synthesis carries. */
export interface Assembly {
  readonly template: { readonly Resources: Readonly<Record<string, TemplateResource>> };
  /** Path of each resource in the tree of constructs, by logical id: what people call it. */
  readonly names: ReadonlyMap<string, string>;
  readonly acknowledgements: readonly Acknowledgement[];
  /** Undefined where the template was not validated. */
  readonly violations: readonly Violation[] | undefined;
}

/** Keys of metadata, as the CDK writes them. */
const LOGICAL_ID = 'aws:cdk:logicalId';
const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

/** Synthesizes a configuration, validated unless the environment turns that off. */
export function assemble(config: DeploymentConfig): Assembly {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-report-'));
  try {
    const { app, stack } = buildApp(config, { outdir, builtinCloudFormationValidation: true });
    try {
      app.synth();
    } catch (error) {
      // The assembly is written all the same, and findings are what the report is about.
      if (!(error instanceof Error) || error.name !== 'ValidationFailed') throw error;
    }
    const { template, metadata } = new CloudAssembly(outdir).getStackByName(stack.stackName) as Artifact;
    const report = join(outdir, 'validation-report.json');
    return {
      template,
      ...fromMetadata(metadata),
      violations: existsSync(report) ? violationsIn(readFileSync(report, 'utf8')) : undefined,
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The CDK types a template as anything. */
interface Artifact {
  readonly template: Assembly['template'];
  readonly metadata: Metadata;
}

type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

function fromMetadata(metadata: Metadata): Pick<Assembly, 'names' | 'acknowledgements'> {
  const entries = Object.entries(metadata).flatMap(([path, list]) =>
    list.map(({ type, data }) => ({ type, data, place: placeOf(path) })),
  );
  return {
    names: new Map(
      entries.filter(({ type }) => type === LOGICAL_ID).map(({ data, place }) => [data as string, place] as const),
    ),
    acknowledgements: entries
      .filter(({ type }) => type === ACKNOWLEDGED)
      .flatMap(({ data, place }) =>
        Object.entries(data as Record<string, string>).map(([rule, reason]) => ({
          rule: rule.replace(/^annotation::/i, ''),
          place,
          reason,
        })),
      ),
  };
}

/** `/Stack/Compute/Service/Resource` is `Compute/Service`. */
function placeOf(path: string): string {
  const [stack = '', ...parts] = path.split('/').filter((part) => part !== '');
  return parts.join('/').replace(/(\/(Resource|Default))+$/, '') || stack;
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly severity?: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

function violationsIn(text: string): Violation[] {
  const { pluginReports } = JSON.parse(text) as ValidationReport;
  return pluginReports.flatMap(({ violations }) =>
    violations.map(({ ruleName, description, severity = 'warning', violatingConstructs }) => ({
      rule: ruleName,
      severity,
      places: violatingConstructs.map(({ constructPath = '' }) => placeOf(constructPath)),
      text: description,
    })),
  );
}
