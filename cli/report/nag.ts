import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type IApplyRule,
  type NagPack,
  NagRuleCompliance,
  NIST80053R5Checks,
} from 'cdk-nag';
import type { App } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../../config/schema.ts';

/** A rule that a resource breaks, acknowledged or not. */
export interface NagFinding {
  readonly rule: string;

  /** Path of the resource in its stack. */
  readonly path: string;

  /** What the rule asks for. */
  readonly text: string;
  readonly isOpen: boolean;
}

/** What each pack of cdk-nag that a configuration asks for finds in its synthesized app. */
export function nagFindings(app: App, { compliance }: DeploymentConfig): Record<string, NagFinding[]> {
  const packs = compliance.includes('hipaa')
    ? [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks]
    : [AwsSolutionsChecks];
  return Object.fromEntries(
    packs.map((Pack) => {
      const pack = new Pack();
      const broken = listen(pack);
      const { violations } = pack.validateScope(app);
      const open = new Set(
        violations.flatMap(({ ruleName, violatingResources = [] }) =>
          violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
        ),
      );
      const findings = [...broken].map(([key, finding]) => ({ ...finding, isOpen: open.has(key) }));
      return [`cdk-nag ${pack.readPackName}`, findings];
    }),
  );
}

/** Listens to a pack as it judges: its report leaves out what is acknowledged. */
function listen(pack: NagPack): Map<string, Omit<NagFinding, 'isOpen'>> {
  const broken = new Map<string, Omit<NagFinding, 'isOpen'>>();
  // Protected: packs of one's own call it.
  const judge = pack as unknown as { applyRule(params: IApplyRule): void };
  const applyRule = judge.applyRule.bind(pack);
  judge.applyRule = (params) => {
    applyRule(params);
    const { path } = params.node.node;
    const id = `${pack.readPackName}-${params.ruleSuffixOverride ?? params.rule.name}`;
    for (const rule of brokenRules(id, params))
      broken.set(`${rule} ${path}`, { rule, path: path.split('/').slice(1).join('/'), text: params.info });
  };
  return broken;
}

function brokenRules(id: string, params: IApplyRule): string[] {
  try {
    const result = params.rule(params.node);
    if (Array.isArray(result)) return result.map((finding) => `${id}[${finding}]`);
    return result === NagRuleCompliance.NON_COMPLIANT ? [id] : [];
  } catch {
    // What cannot be judged counts as broken, as cdk-nag has it.
    return [id];
  }
}
