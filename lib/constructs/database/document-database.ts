import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Annotations, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { DEFAULT_LIBRECHAT_VERSION, ENGINES } from '../../../config/versions.ts';
import { DOCUMENT_DATABASE, documentDbUri } from '../../utils/connection-strings.ts';
import { snapshotOrBetter } from '../../utils/removal.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import { loginSecret, type SecretValueRef } from '../security/application-secrets.ts';
import { loginOf, uriSecret } from './container-stores.ts';
import { documentMetrics } from './document-metrics.ts';
import { rotateMaster } from './master-rotation.ts';
import { DatabaseInitializer } from './database-initializer.ts';
import type { DocumentStore } from './stores.ts';

/** Properties for {@link DocumentDatabase}. */
export interface DocumentDatabaseProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;
  readonly settings: Extract<DeploymentConfig['documentStore'], { type: 'documentdb' }>;
}

/**
 * Amazon DocumentDB with LibreChat's collections, indexes and user in it.
 *
 * @stateful
 */
export class DocumentDatabase extends Construct implements DocumentStore {
  readonly connectable: ec2.IConnectable;
  readonly uri: SecretValueRef;
  readonly rootLogin = undefined;
  readonly isInitialized = true;
  readonly watched: readonly Watched[];

  constructor(scope: Construct, id: string, { config, network, settings }: DocumentDatabaseProps) {
    super(scope, id);
    const master = loginSecret(
      this,
      'MasterLogin',
      config,
      'librechatmaster',
      'Master login of DocumentDB, for its initializer alone',
    );
    const login = loginSecret(this, 'Login', config, 'librechat', "LibreChat's login to DocumentDB");
    const cluster = new docdb.DatabaseCluster(this, 'Resource', {
      vpc: network.vpc,
      vpcSubnets: network.isolatedSubnets,
      engineVersion: ENGINES.documentDb,
      instanceType: new ec2.InstanceType(settings.instanceClass.replace(/^db\./, '')),
      instances: settings.instances,
      masterUser: { username: 'librechatmaster', password: master.secretValueFromJson('password') },
      storageEncrypted: true,
      deletionProtection: config.data.deletionProtection,
      removalPolicy: snapshotOrBetter(config),
      backup: { retention: Duration.days(config.data.backupRetentionDays) },
      parameterGroup: new docdb.ClusterParameterGroup(this, 'Parameters', {
        family: 'docdb5.0',
        description: 'TLS only; changes of users and schema are recorded',
        parameters: { tls: 'enabled', audit_logs: 'ddl' },
      }),
      exportAuditLogsToCloudWatch: true,
    });
    const secret = master.attach(cluster);
    if (config.data.rotateMasterPasswords) rotateMaster(this, { secret, server: cluster, kind: 'documentDb', network });
    const endpoint = { host: cluster.clusterEndpoint.hostname, port: cluster.clusterEndpoint.portAsString() };
    const initializer = new DatabaseInitializer(this, 'Initializer', {
      config,
      network,
      bundle: 'init-docdb',
      endpoint: { ...endpoint, database: DOCUMENT_DATABASE },
      masterSecret: master,
      appSecret: login,
      server: cluster,
      // With the next release of this project, whose list is another, it runs again.
      settings: { IndexesOf: DEFAULT_LIBRECHAT_VERSION },
    });
    if (config.librechatVersion !== DEFAULT_LIBRECHAT_VERSION) this.warn(config.librechatVersion);
    const uri = uriSecret(this, config, documentDbUri({ ...loginOf(login), ...endpoint }));
    // Whoever holds the URI finds collections, indexes and its user there.
    uri.node.addDependency(initializer);
    this.uri = { secret: uri };
    this.connectable = cluster;
    this.watched = documentMetrics(cluster.clusterIdentifier, settings.instances);
  }

  /** LibreChat makes no indexes itself here: two tasks that start together would stop each other (error 40333). */
  private warn(version: string): void {
    Annotations.of(this).addWarningV2(
      'librechat-cdk:indexesOfAnotherRelease',
      `DocumentDB gets the collections and indexes of LibreChat ${DEFAULT_LIBRECHAT_VERSION}: what ${version} adds to them is missing until a librechat-cdk that knows it is deployed (docs/DOCUMENTDB_SETUP.md, "Another release of LibreChat")`,
    );
  }
}
