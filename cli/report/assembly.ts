import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { DeploymentConfig } from '../../config/schema.ts';
import { synthesized } from '../synthesis.ts';
import { nagFindings } from './nag.ts';

/** A resource as CloudFormation gets it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A finding of cdk-nag that somebody looked at and let be, with the reason. */
export interface Acknowledgement {
  readonly rule: string;
  readonly place: string;
  readonly reason: string;
}

export interface Violation {
  readonly rule: string;
  readonly places: readonly string[];
  readonly text: string;
}

/** What a synthesis carries. */
export interface Assembly {
  readonly template: { readonly Resources: Readonly<Record<string, TemplateResource>> };
  /** Path of each resource in the tree of constructs, by logical id: what people call it. */
  readonly names: ReadonlyMap<string, string>;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly checks: readonly Judgement[];
}

/** What a tool says of the template. */
export interface Judgement {
  readonly tool: string;
  /** What nobody has acknowledged; undefined where the tool did not run. */
  readonly violations: readonly Violation[] | undefined;
}

export const VALIDATION = 'CloudFormation validation';

/** Keys of metadata, as the CDK writes them. */
const LOGICAL_ID = 'aws:cdk:logicalId';
const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

/** Synthesizes a configuration, validated unless the environment turns that off. */
export function assemble(config: DeploymentConfig): Assembly {
  return synthesized(config, { builtinCloudFormationValidation: true }, ({ app, stack, outdir }) => {
    try {
      app.synth();
    } catch (error) {
      // The assembly is written all the same, and findings are what the report is about.
      if (!(error instanceof Error) || error.name !== 'ValidationFailed') throw error;
    }
    const { template, metadata } = new CloudAssembly(outdir).getStackByName(stack.stackName) as Artifact;
    const report = join(outdir, 'validation-report.json');
    const violations = existsSync(report) ? violationsIn(readFileSync(report, 'utf8')) : undefined;
    const nag = Object.entries(nagFindings(app, config)).map(([tool, all]) => ({
      tool,
      all: all.map(({ path, ...finding }) => ({ ...finding, place: withoutResource(path) })),
    }));
    const found = new Set(nag.flatMap(({ all }) => all.map(({ rule, place }) => `${rule} ${place}`)));
    const { names, acknowledgements } = fromMetadata(metadata);
    return {
      template,
      names,
      // Of rules that find nothing here there is nothing to acknowledge.
      acknowledgements: acknowledgements.filter(({ rule, place }) => found.has(`${rule} ${place}`)),
      checks: [
        { tool: VALIDATION, violations },
        ...nag.map(({ tool, all }) => ({
          tool,
          violations: all
            .filter(({ isOpen }) => isOpen)
            .map(({ rule, place, text }) => ({ rule, places: [place], text })),
        })),
      ],
    };
  });
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
  return withoutResource(parts.join('/')) || stack;
}

const withoutResource = (path: string) => path.replace(/(\/(Resource|Default))+$/, '');

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

function violationsIn(text: string): Violation[] {
  const { pluginReports } = JSON.parse(text) as ValidationReport;
  return pluginReports.flatMap(({ violations }) =>
    violations.map(({ ruleName, description, violatingConstructs }) => ({
      rule: ruleName,
      places: violatingConstructs.map(({ constructPath = '' }) => placeOf(constructPath)),
      text: description,
    })),
  );
}
