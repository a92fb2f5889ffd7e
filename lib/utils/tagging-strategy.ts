import type { DeploymentConfig } from '../../config/schema.ts';

/**
 * Tags of every resource: what it belongs to, who pays, which rules it is held to; then the user's own.
 *
 * Nothing in them changes between two deploys of one configuration.
 */
export function stackTags(config: DeploymentConfig): Record<string, string> {
  return {
    Application: 'LibreChat',
    Deployment: config.stackName,
    Environment: config.environment,
    ...(config.compliance.length === 0 ? {} : { Compliance: config.compliance.join('+') }),
    ...config.tags,
  };
}
