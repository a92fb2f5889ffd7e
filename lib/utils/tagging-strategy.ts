import { CfnResource, type Stack, TagManager, Tags } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../../config/schema.ts';
import type { STACK_TAGS } from '../../config/tags.ts';

/**
 * Tags of every resource: what it belongs to, who pays, which rules it is held to; then the user's own.
 *
 * Nothing in them changes between two deploys of one configuration, nor with a release of LibreChat: a changed tag is a
 * changed resource.
 */
export function stackTags(config: DeploymentConfig): Record<string, string> {
  const { compliance, tagging } = config;
  const isHeldTo = (rules: (typeof compliance)[number]) => (compliance.includes(rules) ? 'true' : undefined);
  const own: Record<(typeof STACK_TAGS)[number], string | undefined> = {
    Application: 'LibreChat',
    // Budgets and commands find a deployment by it.
    Deployment: config.stackName,
    Environment: config.environment,
    DataClassification: tagging.dataClassification ?? (isHeldTo('hipaa') ? 'restricted' : 'confidential'),
    HIPAA: isHeldTo('hipaa'),
    SOC2: isHeldTo('soc2'),
    Owner: tagging.owner,
    CostCenter: tagging.costCenter,
  };
  const set = Object.entries(own).filter((tag): tag is [string, string] => tag[1] !== undefined);
  return { ...Object.fromEntries(set), ...config.tags };
}

/** Tags all resources of a complete stack, also the functions of the CDK's own that it makes without tags. */
export function tagResources(stack: Stack, config: DeploymentConfig): void {
  const tags = Object.entries(stackTags(config));
  for (const [key, value] of tags) Tags.of(stack).add(key, value);
  for (const node of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(node) || TagManager.of(node) !== undefined) continue;
    if (['AWS::IAM::Role', 'AWS::Lambda::Function'].includes(node.cfnResourceType))
      node.addPropertyOverride(
        'Tags',
        tags.map(([Key, Value]) => ({ Key, Value })),
      );
  }
}
