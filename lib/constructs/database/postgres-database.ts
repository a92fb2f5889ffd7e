import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, Tokenization } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { ENGINES } from '../../../config/versions.ts';
import { VECTOR_DATABASE } from '../../utils/connection-strings.ts';
import { snapshotOrBetter } from '../../utils/removal.ts';
import type { Watched } from '../monitoring/watched.ts';
import type { NetworkConstruct } from '../network/network-construct.ts';
import { loginSecret, type SecretValueRef } from '../security/application-secrets.ts';
import { rotateMaster } from './master-rotation.ts';
import { auroraMetrics, instanceMetrics } from './postgres-metrics.ts';
import { DatabaseInitializer } from './database-initializer.ts';
import type { VectorStore } from './stores.ts';

type Settings = NonNullable<DeploymentConfig['vectorStore']>;
type RdsSettings = Extract<Settings, { type: 'rds' }>;
type AuroraSettings = Extract<Settings, { type: 'aurora' }>;

/** Properties for {@link PostgresDatabase}. */
export interface PostgresDatabaseProps {
  readonly config: DeploymentConfig;
  readonly network: NetworkConstruct;
  readonly settings: RdsSettings | AuroraSettings;
}

/** What both kinds of server take alike. */
interface ServerProps extends PostgresDatabaseProps {
  readonly credentials: rds.Credentials;
}

/** What both kinds of server offer alike. */
interface Server {
  readonly connectable: ec2.IConnectable & IConstruct;
  readonly endpoint: rds.Endpoint;
  readonly watched: readonly Watched[];

  /** Master login, attached to the server. */
  readonly secret: secretsmanager.ISecret | undefined;

  /** What of it the initializer waits for. */
  readonly readyWith: readonly IConstruct[];
}

/** Ids of the readers, as many as the schema allows. */
const READERS = ['Reader', 'SecondReader'];

/** Major version, which names the parameter group's family. */
const MAJOR = ENGINES.postgres.split('.')[0] ?? ENGINES.postgres;

/**
 * PostgreSQL with the pgvector extension and the RAG API's tables in it.
 *
 * @stateful
 */
export class PostgresDatabase extends Construct implements VectorStore {
  readonly connectable: ec2.IConnectable;
  readonly host: string;
  readonly port: string;
  readonly username: SecretValueRef;
  readonly password: SecretValueRef;
  readonly tls = true;
  readonly isInitialized = true;
  readonly watched: readonly Watched[];

  constructor(scope: Construct, id: string, props: PostgresDatabaseProps) {
    super(scope, id);
    const { config, network } = props;
    const master = loginSecret(
      this,
      'MasterLogin',
      config,
      'librechatmaster',
      'Master login of PostgreSQL, for its initializer alone',
    );
    const login = loginSecret(this, 'Login', config, 'librechat_rag', "The RAG API's login to PostgreSQL");
    const serverProps = { ...props, credentials: rds.Credentials.fromSecret(master) };
    const { connectable, endpoint, watched, secret, readyWith } =
      props.settings.type === 'rds'
        ? this.createInstance(serverProps, props.settings)
        : this.createCluster(serverProps, props.settings);
    if (config.data.rotateMasterPasswords && secret !== undefined) {
      rotateMaster(this, { secret, server: connectable, kind: 'postgres', network });
    }
    const initializer = new DatabaseInitializer(this, 'Initializer', {
      config,
      network,
      bundle: 'init-postgres',
      endpoint: {
        host: endpoint.hostname,
        port: Tokenization.stringifyNumber(endpoint.port),
        database: VECTOR_DATABASE,
      },
      masterSecret: master,
      appSecret: login,
      server: connectable,
      readyWith,
      settings: { HnswDimensions: String(props.settings.hnswDimensions ?? '') },
    });
    this.connectable = connectable;
    this.watched = watched;
    this.host = initializer.host;
    this.port = initializer.port;
    this.username = { secret: login, field: 'username' };
    this.password = { secret: login, field: 'password' };
  }

  // Ids of their own: CloudFormation refuses another type under a known id.
  private createInstance({ config, network, credentials }: ServerProps, settings: RdsSettings): Server {
    const engine = rds.DatabaseInstanceEngine.postgres({
      version: rds.PostgresEngineVersion.of(ENGINES.postgres, MAJOR),
    });
    const instance = new rds.DatabaseInstance(this, 'Instance', {
      engine,
      credentials,
      vpc: network.vpc,
      vpcSubnets: network.isolatedSubnets,
      instanceType: new ec2.InstanceType(settings.instanceClass.replace(/^db\./, '')),
      allocatedStorage: settings.storageGiB,
      maxAllocatedStorage: settings.maxStorageGiB,
      storageType: rds.StorageType.GP3,
      storageEncrypted: true,
      multiAz: settings.multiAz,
      backupRetention: Duration.days(config.data.backupRetentionDays),
      deletionProtection: config.data.deletionProtection,
      removalPolicy: snapshotOrBetter(config),
      copyTagsToSnapshot: true,
      ...exportedLogs(config, ['postgresql', 'upgrade']),
      autoMinorVersionUpgrade: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS only',
        parameters: { 'rds.force_ssl': '1' },
      }),
    });
    return {
      connectable: instance,
      endpoint: instance.instanceEndpoint,
      watched: instanceMetrics(instance, settings),
      secret: instance.secret,
      readyWith: [instance],
    };
  }

  private createCluster({ config, network, credentials }: ServerProps, settings: AuroraSettings): Server {
    const engine = rds.DatabaseClusterEngine.auroraPostgres({
      version: rds.AuroraPostgresEngineVersion.of(ENGINES.auroraPostgres, MAJOR),
    });
    const cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      credentials,
      vpc: network.vpc,
      vpcSubnets: network.isolatedSubnets,
      serverlessV2MinCapacity: settings.minAcu,
      serverlessV2MaxCapacity: settings.maxAcu,
      writer: rds.ClusterInstance.serverlessV2('Writer'),
      readers: READERS.slice(0, settings.readers).map((name) =>
        rds.ClusterInstance.serverlessV2(name, { scaleWithWriter: true }),
      ),
      storageEncrypted: true,
      backup: { retention: Duration.days(config.data.backupRetentionDays) },
      deletionProtection: config.data.deletionProtection,
      removalPolicy: snapshotOrBetter(config),
      copyTagsToSnapshot: true,
      ...exportedLogs(config, ['postgresql']),
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS only',
        parameters: { 'rds.force_ssl': '1' },
      }),
    });
    return {
      connectable: cluster,
      endpoint: cluster.clusterEndpoint,
      watched: auroraMetrics(cluster, settings),
      secret: cluster.secret,
      // Readers are made after the writer, for another ten minutes that nobody needs to wait.
      readyWith: cluster.node.children.filter(({ node }) => !READERS.includes(node.id)),
    };
  }
}

/** Logs that rules of compliance want outside of the server. They stay when the stack is deleted: RDS makes their groups. */
function exportedLogs({ compliance }: DeploymentConfig, kinds: string[]): { cloudwatchLogsExports?: string[] } {
  return compliance.length > 0 ? { cloudwatchLogsExports: kinds } : {};
}
