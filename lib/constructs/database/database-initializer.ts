import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { CustomResource, Duration } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { pythonBundle } from '../../utils/python-bundle.ts';
import { logGroup } from '../monitoring/log-group.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';

/** Properties for {@link DatabaseInitializer}. */
export interface DatabaseInitializerProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;

  /** Which of the functions in `lambda/`. */
  readonly bundle: 'init-postgres' | 'init-docdb';

  /** Where the server listens, and the database to make. */
  readonly endpoint: { readonly host: string; readonly port: string; readonly database: string };

  /** Login that makes databases and users. */
  readonly masterSecret: secretsmanager.ISecret;

  /** Login that the application gets. */
  readonly appSecret: secretsmanager.ISecret;

  /**
   * Properties that only this initializer knows.
   *
   * @default - none
   */
  readonly settings?: Readonly<Record<string, string>>;

  readonly server: ec2.IConnectable & IConstruct;

  /**
   * What of the server must be there before the function runs.
   *
   * @default - all of it
   */
  readonly readyWith?: readonly IConstruct[];
}

/** Python function that makes database, user, tables and indexes, run by CloudFormation on create and on update. */
export class DatabaseInitializer extends Construct {
  /** Host of a database that is ready for the application. */
  readonly host: string;

  /** Port beside it. */
  readonly port: string;

  constructor(scope: Construct, id: string, props: DatabaseInitializerProps) {
    super(scope, id);
    const { config, network, bundle, endpoint, masterSecret, appSecret, server } = props;
    const handler = this.createFunction(bundle, network);
    masterSecret.grantRead(handler);
    appSecret.grantRead(handler);
    server.connections.allowDefaultPortFrom(handler, 'Initializer');
    const provider = new Provider(this, 'Provider', {
      onEventHandler: handler,
      logGroup: logGroup(this, 'ProviderLogGroup', { name: `${bundle}-provider` }),
    });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: bundle === 'init-postgres' ? 'Custom::LibreChatPostgres' : 'Custom::LibreChatDocumentDb',
      serviceToken: provider.serviceToken,
      properties: {
        Host: endpoint.host,
        Port: endpoint.port,
        Database: endpoint.database,
        MasterSecretArn: masterSecret.secretArn,
        AppSecretArn: appSecret.secretArn,
        // Each release has it looked after what is there, before the first container of that release starts.
        LibreChatVersion: config.librechatVersion,
        ...props.settings,
      },
    });
    resource.node.addDependency(...(props.readyWith ?? [server]));
    this.host = resource.getAttString('Host');
    this.port = resource.getAttString('Port');
  }

  private createFunction(bundle: DatabaseInitializerProps['bundle'], network: NetworkConstruct): lambda.Function {
    return new lambda.Function(this, 'Function', {
      description: `Makes LibreChat's database, user and indexes (${bundle})`,
      runtime: lambda.Runtime.PYTHON_3_13,
      architecture: lambda.Architecture.ARM_64,
      handler: `${bundle.replace('-', '_')}.handler`,
      code: pythonBundle(bundle),
      // The most that Lambda offers: a database that is still starting is waited for inside this time.
      timeout: Duration.minutes(15),
      memorySize: 512,
      vpc: network.vpc,
      vpcSubnets: network.privateSubnets ?? network.isolatedSubnets,
      logGroup: logGroup(this, 'LogGroup', { name: bundle }),
    });
  }
}
