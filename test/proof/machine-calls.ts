import type { DeploymentConfig } from '../../config/schema.ts';
import { agentConfig } from '../../lib/constructs/compute/instance/agent.ts';
import { BOOT_FILES } from '../../lib/constructs/compute/instance/compose.ts';
import { servicesOf } from '../../lib/constructs/compute/instance/services.ts';
import { containerCalls, fileCalls, imageCalls, logCalls } from './container-calls.ts';
import { machineFile, settingsOf } from '../../cli/network/machine-needs.ts';
import { machinesOf } from '../../cli/network/parties.ts';
import { ACCOUNT, ofTypes, type Resolved, type Resources } from '../../cli/network/resolve.ts';
import type { Call } from './simulate.ts';

type Asked = Omit<Call, 'by' | 'why'>;

/** What a row of {@link ROWS} may speak of. */
interface Machine {
  readonly volume: string;
  readonly instance: string;
  readonly parameter: string;
  readonly secrets: readonly string[];
  readonly images: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

const on = (action: string, resource: string, context: Record<string, string> = {}): Asked => ({
  action,
  resource,
  context,
});

const describes = (action: string) => () => [on(`ec2:Describe${action}`, '*')];
const volumeAndMachine = (action: string) => (machine: Machine) =>
  [machine.volume, machine.instance].map((resource) => on(action, resource, machine.tags));
const former = (action: string) => (machine: Machine) => [on(action, machine.instance, machine.tags)];

/** What each command of the machine's scripts calls. A command without a row is a finding, and a row without one too. */
const ROWS: Readonly<Record<string, (machine: Machine) => Asked[]>> = {
  'ec2 attach-volume': volumeAndMachine('ec2:AttachVolume'),
  'ec2 describe-instances': describes('Instances'),
  'ec2 describe-volumes': describes('Volumes'),
  'ec2 detach-volume': volumeAndMachine('ec2:DetachVolume'),
  'ec2 start-instances': former('ec2:StartInstances'),
  'ec2 stop-instances': former('ec2:StopInstances'),
  'ec2 wait instance-stopped': describes('Instances'),
  'ec2 wait volume-available': describes('Volumes'),
  'ec2 wait volume-in-use': describes('Volumes'),
  'ecr get-login-password': ({ images }) => images.flatMap(imageCalls),
  'secretsmanager get-secret-value': ({ secrets }) => secrets.map((arn) => on('secretsmanager:GetSecretValue', arn)),
  'ssm get-parameter': ({ parameter }) => [on('ssm:GetParameter', parameter)],
};

/** What the SSM agent calls so that a shell can be opened. */
const SSM_AGENT = [
  'ec2messages:GetMessages',
  'ec2messages:AcknowledgeMessage',
  'ec2messages:SendReply',
  'ssm:ListInstanceAssociations',
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/** Resource that calls of the SSM agent are about, where it is not every one. */
const OF_INSTANCE = new Set(['ssm:ListInstanceAssociations', 'ssm:UpdateInstanceInformation']);

/** What the SSM agent calls so that an association is carried out: the one that patches the machine. */
function associationCalls(resources: Resources, instance: string, region: string): (Asked & Pick<Call, 'why'>)[] {
  return ofTypes(resources, 'AWS::SSM::Association').flatMap(({ id, properties }) => {
    const association = `arn:aws:ssm:${region}:${ACCOUNT}:association/${id}`;
    const document = `arn:aws:ssm:${region}::document/${properties['Name']}`;
    return [
      on('ssm:DescribeAssociation', association),
      on('ssm:GetDocument', document),
      on('ssm:UpdateInstanceAssociationStatus', association),
      on('ssm:UpdateInstanceAssociationStatus', instance),
      on('ssm:PutComplianceItems', instance),
    ].map((call) => ({ ...call, why: 'SSM agent, patching' }));
  });
}

/** Commands of AWS's command line in the machine's scripts. */
export function awsCommands(script: string): string[] {
  const lines = script.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const found = lines.join('\n').matchAll(/\baws(?:", "| )([a-z0-9]+)(?:", "| )([a-z-]+)( [a-z]+(?:-[a-z]+)*)?/g);
  const commands = [...found].map(([, service = '', command = '', waiter = '']) =>
    command === 'wait' ? `${service} wait${waiter}` : `${service} ${command}`,
  );
  return [...new Set(commands)].sort();
}

/** Commands without a row, and rows without a command. */
export function unlistedCommands(script = scripts()): string[] {
  const commands = awsCommands(script);
  return [
    ...commands.filter((command) => !(command in ROWS)).map((command) => `aws ${command} has no row`),
    ...Object.keys(ROWS)
      .filter((command) => !commands.includes(command))
      .map((command) => `no script calls aws ${command}`),
  ];
}

const scripts = () =>
  [...BOOT_FILES, 'patch.sh', 'watch.sh', 'write-environment.py'].map((name) => machineFile(name)).join('\n');

/** Every call of the machine: user data, boot script, agents, Docker, containers. */
export function machineCalls(config: DeploymentConfig, resources: Resources, region: string): Call[] {
  return machinesOf(resources).flatMap((machine) => {
    const profile = resources.get(String(machine.properties['IamInstanceProfile']));
    const by = String(profile?.properties['Roles']?.[0]);
    const userData = String(machine.properties['UserData']);
    const about = aboutOf(config, resources, machine, region);
    const { containers } = settingsOf({ resources });
    const [, group = ''] = /LOG_GROUP='([^']*)'/.exec(userData) ?? [];
    const { namespace } = (JSON.parse(agentConfig(config)) as { metrics: { namespace: string } }).metrics;
    const calls = [
      ...fileCalls(userData, 'user data'),
      ...Object.entries(ROWS).flatMap(([command, row]) =>
        row(about).map((call) => ({ why: `aws ${command}`, ...call })),
      ),
      ...logCalls(group, region, 'logs of containers and of the machine'),
      { ...on('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': namespace }), why: 'CloudWatch agent' },
      ...SSM_AGENT.map((action) => ({
        ...on(action, OF_INSTANCE.has(action) ? about.instance : '*'),
        why: 'SSM agent',
      })),
      ...associationCalls(resources, about.instance, region),
      ...Object.entries(containers).flatMap(([name, { variables }]) => containerCalls(name, variables)),
    ];
    return calls.map((call) => ({ by, ...call }));
  });
}

function aboutOf(config: DeploymentConfig, resources: Resources, machine: Resolved, region: string): Machine {
  const userData = String(machine.properties['UserData']);
  const input = (name: string) => new RegExp(`^${name}='([^']*)'`, 'm').exec(userData)?.[1] ?? '';
  const { containers } = settingsOf({ resources });
  const secrets = Object.values(containers).flatMap((container) => Object.values(container.secrets));
  const volume = ofTypes(resources, 'AWS::EC2::Volume').find(({ id }) => id === input('VOLUME_ID'));
  const tags = [volume, machine].map((each) => (each?.properties['Tags'] ?? []) as { Key: string; Value: string }[]);
  // A condition on a tag holds only where both resources carry it.
  const shared = (tags[0] ?? []).filter((tag) =>
    tags[1]?.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value),
  );
  return {
    volume: `arn:aws:ec2:${region}:${ACCOUNT}:volume/${input('VOLUME_ID')}`,
    instance: `arn:aws:ec2:${region}:${ACCOUNT}:instance/${machine.id}`,
    parameter: `arn:aws:ssm:${region}:${ACCOUNT}:parameter${input('SETTINGS_PARAMETER')}`,
    secrets: [...new Set(secrets.map(({ arn }) => arn))],
    images: config.mode === 'ec2' ? Object.values(servicesOf(config)).map(({ image }) => image) : [],
    tags: Object.fromEntries(shared.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value])),
  };
}
