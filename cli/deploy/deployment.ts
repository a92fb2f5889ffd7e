import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DeploymentConfig } from '../../config/schema.ts';
import type { ResourcesOfTemplate } from '../../lib/utils/replacement.ts';
import type { AwsOptions } from '../aws-clients.ts';
import type { DeployOptions } from '../commands/deploy.ts';
import type { Io } from '../io.ts';
import type { DeployedStack } from '../stack.ts';

/** One deployment: what is asked for, where to, and how to talk about it. */
export interface Deployment {
  readonly io: Io;
  readonly config: DeploymentConfig;
  readonly template: ResourcesOfTemplate;
  readonly assembly: string;
  readonly aws: AwsOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly client: CloudFormationClient;
  readonly options: DeployOptions;

  /** The stack as it was found. */
  readonly before: DeployedStack | undefined;

  /** What termination protection is to be switched to; undefined when it stays. */
  readonly protection: boolean | undefined;
}

/** Whether CloudFormation starts with nothing: a create that was rolled back is deleted and made anew by the CDK. */
export const startsAnew = ({ before }: Deployment): boolean =>
  before === undefined || before.status === 'ROLLBACK_COMPLETE';

/** Whether nothing of the template is there yet. */
export const isFirst = (deployment: Deployment): boolean =>
  startsAnew(deployment) || deployment.before?.status === 'REVIEW_IN_PROGRESS';
