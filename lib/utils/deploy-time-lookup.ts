import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { logGroup } from '../constructs/monitoring/log-group.ts';

/** A read-only call of AWS whose answer is asked for while deploying, because it differs by region. */
export interface DeployTimeLookupProps {
  /** Client of the AWS SDK, such as `SSM`. */
  readonly service: string;

  /** Call, such as `getParameter`. */
  readonly action: string;
  readonly parameters: unknown;

  /** Path of the wanted value in the answer, such as `Parameter.Value`. */
  readonly outputPath: string;

  /** The call is repeated when this changes, and only then. */
  readonly revision: string;
  readonly policy: iam.PolicyStatement;
}

/**
 * Asks AWS while deploying, keeps the answer, and asks again only when `revision` changes.
 *
 * @returns the value, as a reference
 */
export function deployTimeLookup(scope: Construct, id: string, props: DeployTimeLookupProps): string {
  const { service, action, parameters, outputPath, revision, policy } = props;
  const resource = new AwsCustomResource(scope, id, {
    resourceType: 'Custom::Lookup',
    onUpdate: {
      service,
      action,
      parameters,
      physicalResourceId: PhysicalResourceId.of(revision),
      outputPaths: [outputPath],
    },
    policy: AwsCustomResourcePolicy.fromStatements([policy]),
    // The SDK of the runtime knows these calls; fetching the newest would need the internet.
    installLatestAwsSdk: false,
    logGroup: lookupLogGroup(scope),
  });
  return resource.getResponseField(outputPath);
}

/** One function serves every look-up of a stack, so they share one log group. The CDK's own would outlive the stack. */
function lookupLogGroup(scope: Construct): logs.ILogGroup {
  const stack = Stack.of(scope);
  const known = stack.node.tryFindChild('LookupLogGroup') as logs.LogGroup | undefined;
  return known ?? logGroup(stack, 'LookupLogGroup', { name: 'lookups' });
}
