import { CfnResource, type Stack, Token, Validations } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../../config/schema.ts';
import findings from './acknowledged-findings.json' with { type: 'json' };
import { chatModels, embeddingModels, PROFILE_PREFIX } from './iam-policies.ts';

/** Rules of one kind that some resources break on purpose. */
interface AcknowledgedFinding {
  /** Rules of cdk-nag's pack of that name. */
  readonly AwsSolutions?: readonly string[];

  /** Rules that its packs HIPAA Security and NIST 800-53 R5 share. */
  readonly compliance?: readonly string[];
  readonly checkov?: readonly string[];

  /** Setting that mends it: where it is set, a finding is one. */
  readonly unless?: string;

  /** Paths in the stack, without `Resource` at their end; `*` is a part of a name. */
  readonly resources: readonly string[];
  readonly reason: string;
}

export const ACKNOWLEDGED_FINDINGS: readonly AcknowledgedFinding[] = findings;

/** Tells cdk-nag and checkov, at each resource of the complete stack, what of their findings is meant to be, and why. */
export function acknowledgeFindings(stack: Stack, config: DeploymentConfig): void {
  for (const node of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue;
    const path = node.node.path.slice(stack.node.path.length + 1);
    const matching = ACKNOWLEDGED_FINDINGS.filter((finding) => concerns(finding, path, config));
    for (const { AwsSolutions = [], compliance = [], reason } of matching) {
      const rules = [
        ...AwsSolutions.flatMap((rule) => filledIn(rule, stack, config)).map((rule) => `AwsSolutions-${rule}`),
        ...compliance.flatMap((rule) => [`HIPAA.Security-${rule}`, `NIST.800.53.R5-${rule}`]),
      ];
      withoutTraces(() => {
        Validations.of(node).acknowledge(...rules.map((id) => ({ id, reason })));
      });
    }
    const skip = matching.flatMap(({ checkov = [], reason }) => checkov.map((id) => ({ id, comment: reason })));
    if (skip.length > 0) node.addMetadata('checkov', { skip });
  }
}

/** The CDK keeps where each was said, which is here for all of them and would be a tenth of a synth. */
function withoutTraces(say: () => void): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    say();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Whether a finding is about the resource of that path in the stack. */
export function concerns({ resources, unless }: AcknowledgedFinding, path: string, config: DeploymentConfig): boolean {
  const setting = unless
    ?.split('.')
    .reduce<unknown>((group, key) => (group as Readonly<Record<string, unknown>> | undefined)?.[key], config);
  if (setting !== undefined && setting !== false) return false;
  const name = path.replace(/\/Resource$/, '');
  return resources.some((pattern) => expressionOf(pattern).test(name));
}

/** Kept: every resource is held against every pattern. */
const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('[^/]*')}$`);
  expressions.set(pattern, expression);
  return expression;
}

/** Rules on statements of IAM name what these allow, which differs by account, region and configured models. */
function filledIn(rule: string, { partition, account, region }: Stack, config: DeploymentConfig): string[] {
  const shown = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  const filled = rule
    .replace('{partition}', shown(partition, 'Partition'))
    .replace('{account}', shown(account, 'AccountId'))
    .replace('{region}', shown(region, 'Region'));
  if (!filled.includes('{model}')) return [filled];
  return [...chatModels(config), ...embeddingModels(config)].map((id) =>
    filled.replace('{model}', id.replace(PROFILE_PREFIX, '')),
  );
}
