import type { z } from 'zod';
import { auditRules, tagRules } from './rules/audit.ts';
import type { Report } from './rules/common.ts';
import { ec2Rules, ecsRules } from './rules/compute.ts';
import { complianceRules, peopleRules, storeRules } from './rules/data.ts';
import { settingsRule } from './rules/librechat.ts';
import { monitoringRules } from './rules/monitoring.ts';
import { accessRules, networkRules } from './rules/network.ts';
import { signInRules } from './rules/sign-in.ts';
import type { DeploymentConfig } from './schema.ts';

/** Settings that are each right and together wrong. */
export function crossFieldRules(config: DeploymentConfig, context: z.core.$RefinementCtx): void {
  // Zod comes here also with values that it has refused; the rules may rely on each single value being right.
  if (context.issues.length > 0) return;
  const report: Report = (path, message) => {
    context.addIssue({
      code: 'custom',
      message,
      path: path
        .split(/[.[\]]+/)
        .filter((key) => key !== '')
        .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    });
  };
  networkRules(config, report);
  accessRules(config, report);
  storeRules(config, report);
  peopleRules(config, report);
  monitoringRules(config, report);
  auditRules(config, report);
  tagRules(config, report);
  signInRules(config, report);
  complianceRules(config, report);
  if (config.mode === 'ec2') {
    ec2Rules(config, report);
    settingsRule(config, report);
  } else ecsRules(config, report);
}
