import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { FIREWALL_LOG_PREFIX, logGroupPrefix, rotationPrefix } from '../monitoring/log-group.ts';

const ID = 'OperationsKey';

/**
 * The one key of logs and alarms, made when it is first asked for.
 *
 * It goes with the stack, as the log groups do. CloudWatch cannot publish to a topic under the key that AWS keeps for
 * SNS, so a topic needs one in any case ($1 a month).
 *
 * @stateful
 */
export function operationsKey(scope: Construct): kms.IKey {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(ID) as kms.Key | undefined) ?? createKey(stack);
}

function createKey(stack: Stack): kms.Key {
  const key = new kms.Key(stack, ID, {
    description: `Logs and alarms of ${stack.stackName}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  const names = [
    `${logGroupPrefix(stack)}/*`,
    `${FIREWALL_LOG_PREFIX}${stack.stackName}`,
    `/aws/lambda/${rotationPrefix(stack)}*`,
  ];
  const groups = names.map((resourceName) =>
    stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'EncryptLogs',
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
    }),
  );
  const publish = ['kms:Decrypt', 'kms:GenerateDataKey*'];
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'PublishAlarms',
      // The topic's own policy takes alarms of this account alone; CloudWatch names no account to KMS.
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: publish,
      resources: ['*'],
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'PublishBudgets',
      principals: [new iam.ServicePrincipal('budgets.amazonaws.com')],
      actions: publish,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  return key;
}
