import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { logGroup, rotationPrefix } from '../monitoring/log-group.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';

/** Kinds of server that AWS has a rotation function for. */
const HOSTED = {
  postgres: (options: secretsmanager.SingleUserHostedRotationOptions) =>
    secretsmanager.HostedRotation.postgreSqlSingleUser(options),
  documentDb: (options: secretsmanager.SingleUserHostedRotationOptions) =>
    secretsmanager.HostedRotation.mongoDbSingleUser(options),
} as const;

/** Properties for {@link rotateMaster}. */
export interface RotateMasterProps {
  /** Master login, attached to its server. */
  readonly secret: secretsmanager.ISecret;
  readonly server: ec2.IConnectable;
  readonly kind: keyof typeof HOSTED;
  readonly network: NetworkConstruct;
}

/**
 * Changes the master password every 30 days by a function that AWS keeps.
 *
 * Only the initializer uses this login, and reads it when it runs; the application has one of its own.
 */
export function rotateMaster(scope: Construct, { secret, server, kind, network }: RotateMasterProps): void {
  const functionName = `${rotationPrefix(scope)}${kind}`;
  // Lambda makes a group that is not there, and would keep what is in it for ever.
  logGroup(scope, 'RotationLogGroup', { prefix: '/aws/lambda/', name: functionName });
  const hostedRotation = HOSTED[kind]({
    functionName,
    vpc: network.vpc,
    vpcSubnets: network.privateSubnets ?? network.isolatedSubnets,
  });
  secret.addRotationSchedule('Rotation', {
    hostedRotation,
    automaticallyAfter: Duration.days(30),
    // At once would be while the initializer of a new stack is using it.
    rotateImmediatelyOnUpdate: false,
  });
  server.connections.allowDefaultPortFrom(hostedRotation, 'Rotation of the master password');
}
