import type { DeploymentConfig } from '../../config/schema.ts';

const FORM = /^LibreChat \S+ \((?:ec2|ecs), (\w+)\)$/;

/**
 * What CloudFormation lists beside a stack's name.
 *
 * Commands find a deployment by it where nobody gave the stack its tags, as when a template is launched from the console.
 */
export const descriptionOf = ({ librechatVersion, mode, environment }: DeploymentConfig): string =>
  `LibreChat ${librechatVersion} (${mode}, ${environment})`;

/** The environment that a stack's description names; undefined when the stack is not one of ours. */
export const environmentIn = (description: string): string | undefined => FORM.exec(description)?.[1];
