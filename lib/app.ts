import { App, type AppProps } from 'aws-cdk-lib/core';
import cdkJson from '../cdk.json' with { type: 'json' };
import type { DeploymentConfig } from '../config/schema.ts';
import { LibreChatStack } from './librechat-stack.ts';

/**
 * The one wiring of a deployment, called by the CDK entry, the tests and every command.
 *
 * Needs neither an account nor the network, and gives the same bytes for the same configuration.
 *
 * @param config complete configuration, see `loadDeploymentConfig`
 * @param props where to put the assembly, and context
 */
export function buildApp(config: DeploymentConfig, props: AppProps = {}): { app: App; stack: LibreChatStack } {
  // The feature flags of cdk.json hold in tests and commands too, not only under the CDK's own CLI.
  const app = new App({
    analyticsReporting: false,
    // Doubles the time of a synth. The tests run it, strictly, on every preset; a rehearsal checks any configuration.
    builtinCloudFormationValidation: false,
    ...props,
    context: { ...cdkJson.context, ...props.context },
  });
  const stack = new LibreChatStack(app, config.stackName, { config });
  return { app, stack };
}
