import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { InstanceTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { CfnWaitCondition, CfnWaitConditionHandle, Size, Stack, Tags } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Ec2Config } from '../../../config/schema.ts';
import { CA_BUNDLE_FILE } from '../../utils/ca-bundle.ts';
import { fetchAssets } from '../../utils/iam-policies.ts';
import { snapshotOrBetter } from '../../utils/removal.ts';
import { renderedAsset } from '../../utils/rendered-asset.ts';
import { logGroup } from '../monitoring/log-group.ts';
import { isWatched, type Watched } from '../monitoring/watched.ts';
import type { ComputeProps, ILibreChatCompute } from './compute.ts';
import { instanceFiles } from './instance/compose.ts';
import { containerSettings, instanceEnvironments } from './instance/environments.ts';
import { machineMetrics } from './instance/machine-metrics.ts';
import { machineRole } from './instance/machine-role.ts';
import { createMachine, machineIdentity } from './instance/machine.ts';
import { patching } from './instance/patching.ts';
import { siteMetrics } from './instance/site-metrics.ts';
import { librechatYaml } from './librechat-config.ts';

/** Time that the machine has to serve LibreChat once everything it needs is there. */
const READY_SECONDS = 1800;

/** Tag by which a new machine finds, and may stop, the one that still holds the data volume. */
const VOLUME_OWNER_TAG = 'LibreChatVolume';

type Environments = ReturnType<typeof instanceEnvironments>;

/** LibreChat on one machine with Docker Compose, its data on a volume of its own that outlives the machine. */
export class Ec2Deployment extends Construct implements ILibreChatCompute {
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly ragApi: ec2.IConnectable | undefined;
  readonly sitePort = 80;
  readonly instance: ec2.IInstance;
  readonly balancerTarget: elbv2.IApplicationLoadBalancerTarget;
  readonly shellCommand: string;
  readonly shellHint = undefined;
  readonly dataVolumeArns: readonly string[];
  readonly createAdminCommand =
    'sudo docker compose -f /opt/librechat/docker-compose.yaml exec librechat npm run create-user';
  private readonly props: ComputeProps<Ec2Config>;

  constructor(scope: Construct, id: string, props: ComputeProps<Ec2Config>) {
    super(scope, id);
    this.props = props;
    const { config } = props;
    this.logGroup = logGroup(this, 'LogGroup', { name: 'librechat' });
    const environments = instanceEnvironments(this, props);
    const volume = this.createVolume();
    const role = machineRole(this, 'Role', {
      config,
      volume,
      volumeOwnerTag: VOLUME_OWNER_TAG,
      settingsParameter: this.settingsParameter,
      secrets: Object.values(environments).flatMap(({ secrets }) => Object.values(secrets)),
      logGroup: this.logGroup,
    });
    const machine = this.createInstance(role, volume, environments);
    this.instance = machine;
    patching(this, machine, config);
    this.dataVolumeArns = [
      Stack.of(this).formatArn({ service: 'ec2', resource: 'volume', resourceName: volume.volumeId }),
    ];
    this.connections = machine.connections;
    this.grantPrincipal = role;
    this.ragApi = config.features.rag ? machine : undefined;
    this.balancerTarget = {
      attachToApplicationTargetGroup: (group) => {
        // InstanceTarget alone leaves the machine's security group closed to the balancer.
        group.registerConnectable(machine);
        return new InstanceTarget(machine, this.sitePort).attachToApplicationTargetGroup(group);
      },
    };
    this.shellCommand = `aws ssm start-session --target ${this.instance.instanceId}`;
  }

  watched(): Watched[] {
    const { config } = this.props;
    return [
      ...machineMetrics(this.instance.instanceId, config),
      // A load balancer tells it itself.
      ...(isWatched(config) && !config.instance.loadBalancer ? siteMetrics(this, config, this.logGroup) : []),
    ];
  }

  private get zone(): string {
    return this.props.network.vpc.availabilityZones[0] ?? '';
  }

  /** Name of the parameter in which the machine finds its containers' settings. */
  private get settingsParameter(): string {
    return `/librechat/${this.props.config.stackName}/containers`;
  }

  private createVolume(): ec2.Volume {
    const { config } = this.props;
    const volume = new ec2.Volume(this, 'Data', {
      availabilityZone: this.zone,
      size: Size.gibibytes(config.instance.dataVolumeGiB),
      volumeType: ec2.EbsDeviceVolumeType.GP3,
      encrypted: true,
      removalPolicy: snapshotOrBetter(config),
    });
    Tags.of(volume).add(VOLUME_OWNER_TAG, config.stackName);
    return volume;
  }

  /** Files that the machine starts with, which its role may fetch. */
  private createFiles(role: iam.Role): Asset {
    const { config } = this.props;
    const files = renderedAsset(this, 'Files', {
      ...instanceFiles(config),
      'librechat.yaml': librechatYaml(config),
      'rds-ca-bundle.pem': readFileSync(CA_BUNDLE_FILE, 'utf8'),
    });
    for (const statement of fetchAssets([files])) role.addToPolicy(statement);
    return files;
  }

  private createInstance(role: iam.Role, volume: ec2.Volume, environments: Environments): ec2.Instance {
    const { config, network } = this.props;
    const files = this.createFiles(role);
    const revision = this.revision(files.assetHash);
    // A wait condition is signalled once in its life: each revision of the machine needs a new one.
    // eslint-disable-next-line no-restricted-syntax -- holds no data
    const handle = new CfnWaitConditionHandle(this, `ReadySignal${revision}`);
    const instance = createMachine(this, {
      config,
      network,
      role,
      inputs: {
        stackName: config.stackName,
        region: Stack.of(this).region,
        volumeId: volume.volumeId,
        volumeOwnerTag: VOLUME_OWNER_TAG,
        settingsParameter: this.settingsParameter,
        revision,
        waitHandleUrl: handle.ref,
        logGroup: this.logGroup.logGroupName,
        filesUrl: files.s3ObjectUrl,
      },
    });
    const parameter = this.createSettings(revision, environments);
    // eslint-disable-next-line no-restricted-syntax -- holds no data, and goes with its handle
    const ready = new CfnWaitCondition(this, `Ready${revision}`, {
      handle: handle.ref,
      timeout: String(READY_SECONDS),
      count: 1,
    });
    ready.node.addDependency(instance, parameter);
    return instance;
  }

  private createSettings(revision: string, environments: Environments): ssm.CfnParameter {
    return new ssm.CfnParameter(this, 'Settings', {
      name: this.settingsParameter,
      type: 'String',
      // 8 KiB instead of 4 for $0.05 a month.
      tier: 'Advanced',
      description: 'Settings of the containers, without secrets',
      value: Stack.of(this).toJsonString({ revision, containers: containerSettings(environments) }),
    });
  }

  /**
   * Changes when the machine must take new files or settings, and restarts for it, or when it is another machine:
   * CloudFormation then waits for it. Nothing else changes it.
   */
  private revision(filesHash: string): string {
    // Without the site's address, which CloudFormation knows only once the machine is there.
    const environments = instanceEnvironments(this, { ...this.props, siteUrl: '' });
    const settings: unknown = Stack.of(this).resolve(containerSettings(environments));
    return createHash('sha256')
      .update(JSON.stringify([settings, this.props.config.access, machineIdentity(this, this.props), filesHash]))
      .digest('hex')
      .slice(0, 12);
  }
}
