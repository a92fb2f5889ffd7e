import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsOptions } from '../aws-clients.ts';
import { stackResources } from '../deployed-environment.ts';
import { askCluster, askInstance, askTargets } from '../inspect/ask.ts';
import { logLines } from '../log-lines.ts';
import type { DeployedStack } from '../stack.ts';

/** What collectors work with. */
export interface Collecting {
  readonly stack: DeployedStack;
  readonly client: CloudFormationClient;
  readonly aws: AwsOptions;

  /** Age of the oldest log line in hours. */
  readonly hours: number;

  /** Fires when the person has had enough: what reads page by page must end. */
  readonly signal: AbortSignal;
  readonly physicalIds: (type: string) => readonly string[];
}

/** One file of the bundle, or several. */
export interface Collector {
  readonly about: string;

  /** Text of each file, by its name in the bundle. */
  readonly collect: (collecting: Collecting) => Promise<Readonly<Record<string, string>>>;
}

/** A chatty log group must not make an archive that nobody can send. */
const MOST_LINES_A_GROUP = 5000;

const MOST_EVENTS = 500;

/** Groups of which the last lines tell nothing, and are found only by reading millions. */
const NO_MESSAGES: readonly string[] = ['flow-logs', 'trail'];

/** What no bundle has, and why. */
export const LEFT_OUT = NO_MESSAGES.map((name) => ({
  what: `logs/${name}.log`,
  reason: 'records of calls and connections, too many to read; look there with CloudWatch Logs Insights',
}));

/** Most that AWS takes in one call. */
const SERVICES_A_CALL = 10;
const ALARMS_A_CALL = 100;

const inGroups = (ids: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));

const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

export const COLLECTORS: readonly Collector[] = [
  { about: 'the stack: state, outputs, tags, parameters', collect: stackFile },
  { about: 'the deployed template', collect: templateFile },
  { about: 'events of the stack, newest first', collect: eventsFile },
  { about: 'resources of the stack and their states', collect: resourcesFile },
  { about: 'services, tasks that run and tasks that stopped, with reasons', collect: tasksFile },
  { about: 'the machine', collect: machineFile },
  { about: 'what the machine wrote to its console while it booted', collect: consoleFile },
  { about: 'database servers', collect: databasesFile },
  { about: 'health of the targets of the load balancer', collect: targetsFile },
  { about: 'alarms and when they changed', collect: alarmsFile },
  { about: 'log lines', collect: logFiles },
];

async function stackFile({ client, stack }: Collecting) {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack.name }));
  return { 'stack.json': asJson(Stacks?.[0]) };
}

async function templateFile({ client, stack }: Collecting) {
  const { TemplateBody = '' } = await client.send(
    new GetTemplateCommand({ StackName: stack.name, TemplateStage: 'Original' }),
  );
  return { 'template.json': TemplateBody };
}

async function eventsFile({ client, stack, signal }: Collecting) {
  const events: unknown[] = [];
  const asked = { StackName: stack.id };
  for await (const page of paginateDescribeStackEvents({ client }, asked, { abortSignal: signal })) {
    events.push(...(page.StackEvents ?? []));
    if (events.length >= MOST_EVENTS) break;
  }
  return { 'events.json': asJson(events.slice(0, MOST_EVENTS)) };
}

async function resourcesFile({ client, stack }: Collecting) {
  return { 'resources.json': asJson(await stackResources(client, stack.name)) };
}

async function tasksFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const [cluster] = physicalIds('AWS::ECS::Cluster');
  if (cluster === undefined) return {};
  const { DescribeServicesCommand, DescribeTasksCommand, ECSClient, paginateListTasks } =
    await import('@aws-sdk/client-ecs');
  const client = new ECSClient(aws);
  const services: unknown[] = [];
  for (const some of inGroups(physicalIds('AWS::ECS::Service'), SERVICES_A_CALL))
    services.push(...((await client.send(new DescribeServicesCommand({ cluster, services: some }))).services ?? []));
  const tasks: unknown[] = [];
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const)
    for await (const { taskArns = [] } of paginateListTasks({ client }, { cluster, desiredStatus }))
      if (taskArns.length > 0)
        tasks.push(...((await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? []));
  return { 'services.json': asJson(services), 'tasks.json': asJson(tasks) };
}

async function machineFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const ids = [...physicalIds('AWS::EC2::Instance')];
  if (ids.length === 0) return {};
  const { DescribeInstancesCommand, DescribeInstanceStatusCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  const ec2 = new EC2Client(aws);
  const [described, status] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({ InstanceIds: ids })),
    ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: ids, IncludeAllInstances: true })),
  ]);
  return { 'machine.json': asJson({ instances: described.Reservations, status: status.InstanceStatuses }) };
}

async function consoleFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const [InstanceId] = physicalIds('AWS::EC2::Instance');
  if (InstanceId === undefined) return {};
  const { EC2Client, GetConsoleOutputCommand } = await import('@aws-sdk/client-ec2');
  const { Output = '' } = await new EC2Client(aws).send(new GetConsoleOutputCommand({ InstanceId }));
  return { 'machine-console.log': Buffer.from(Output, 'base64').toString('utf8') };
}

async function databasesFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const { RDS } = await import('@aws-sdk/client-rds');
  const rds = new RDS(aws);
  const instances = ['AWS::RDS::DBInstance', 'AWS::DocDB::DBInstance'].flatMap(physicalIds);
  const clusters = ['AWS::RDS::DBCluster', 'AWS::DocDB::DBCluster'].flatMap(physicalIds);
  if (instances.length + clusters.length === 0) return {};
  const described = await Promise.all<unknown>([
    ...instances.map((id) => askInstance(rds, id)),
    ...clusters.map((id) => askCluster(rds, id)),
  ]);
  return { 'databases.json': asJson(described) };
}

async function targetsFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const groups = physicalIds('AWS::ElasticLoadBalancingV2::TargetGroup');
  if (groups.length === 0) return {};
  const { ElasticLoadBalancingV2 } = await import('@aws-sdk/client-elastic-load-balancing-v2');
  const client = new ElasticLoadBalancingV2(aws);
  const health = await Promise.all(
    groups.map(async (TargetGroupArn) => ({
      TargetGroupArn,
      health: await askTargets(client, TargetGroupArn),
    })),
  );
  return { 'targets.json': asJson(health) };
}

async function alarmsFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const names = physicalIds('AWS::CloudWatch::Alarm');
  if (names.length === 0) return {};
  const { CloudWatchClient, paginateDescribeAlarms } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(aws);
  const alarms: unknown[] = [];
  for (const some of inGroups(names, ALARMS_A_CALL))
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNames: some }))
      alarms.push(...MetricAlarms);
  return { 'alarms.json': asJson(alarms) };
}

async function logFiles({ aws, stack, hours, signal }: Collecting): Promise<Record<string, string>> {
  const client = new CloudWatchLogsClient(aws);
  const files: Record<string, string> = {};
  const prefix = `/aws/librechat/${stack.name}/`;
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix }))
    for (const { logGroupName = '' } of logGroups) {
      const name = logGroupName.slice(prefix.length);
      if (NO_MESSAGES.includes(name)) continue;
      const lines = await logLines(client, { logGroupName, hours, most: MOST_LINES_A_GROUP, signal });
      files[`logs/${name}.log`] = lines
        .map(({ time, stream, text }) => `${new Date(time).toISOString()} ${stream} ${text}\n`)
        .join('');
    }
  return files;
}
